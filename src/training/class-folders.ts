/** Datasets laid out as folders: a folder a class, or a folder a set with a folder a class in each. */
import { InputError } from "../bytes.ts";
import { checkClasses, type Dataset, type Sample } from "./dataset.ts";

/** Folders of these names are sets, not classes. */
const SETS = ["train", "val", "valid", "validation", "test"];

/** Files that are pictures, by their endings; what they really are is seen when they are decoded. */
const PICTURE = /\.(png|jpe?g|dcm|dicom|tiff?|webp)$/i;

/**
 * Reads `FOLDER/CLASS/…` or `FOLDER/SET/CLASS/…` (Node). Classes are sorted by name unless they are given; pictures lie at any depth below
 * their class. Folders do not say who is a patient, so that only equal or nearly equal pictures can be kept together.
 * @throws InputError for a folder that is none or holds no classes, a folder that is no class, a class without pictures, or one class only.
 */
export async function readClassFolders(folder: string, { classes }: { readonly classes?: readonly string[] } = {}): Promise<Dataset> {
  const root = folder.replace(/(.)\/+$/, "$1");
  const top = await foldersIn(root);
  if (top.length === 0) throw new InputError(root, "holds no folders, one for each class is needed");
  const sets = top.filter((name) => SETS.includes(name));
  const parts: readonly Part[] = sets.length === 0 ? [{ path: root }] : sets.map((split) => ({ path: `${root}/${split}`, split }));
  if (sets.length > 0 && sets.length < top.length) {
    throw new InputError(
      root,
      `holds sets (${sets.join(", ")}) beside other folders (${top.filter((name) => !sets.includes(name)).join(", ")})`,
    );
  }
  const found = await Promise.all(parts.map(({ path }) => foldersIn(path)));
  const named = classes ?? [...new Set(found.flat())].sort();
  const unknown = [...new Set(found.flat())].filter((name) => !named.includes(name));
  if (unknown.length > 0)
    throw new InputError(root, `holds folders of unknown classes (${unknown.join(", ")}), known are ${named.join(", ")}`);
  const samples = await Promise.all(
    parts.flatMap((part, i) => found[i].map((label) => samplesOf(part, label, named.indexOf(label), root))),
  );
  const dataset = { name: root, classes: named, samples: samples.flat() };
  checkClasses(dataset);
  return dataset;
}

interface Part {
  readonly path: string;
  readonly split?: string;
}

async function samplesOf({ path, split }: Part, name: string, label: number, root: string): Promise<Sample[]> {
  const files = await fileSystem(root).readdir(`${path}/${name}`, { recursive: true, withFileTypes: true });
  return files
    .filter((entry) => entry.isFile() && PICTURE.test(entry.name))
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .sort()
    .map((picture) => ({ name: picture.slice(root.length + 1), picture, label, split }));
}

async function foldersIn(path: string): Promise<string[]> {
  try {
    const entries = await fileSystem(path).readdir(path, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
      .map(({ name }) => name)
      .sort();
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError(path, "is no folder that can be read", { cause });
  }
}

function fileSystem(path: string) {
  const fs = globalThis.process?.getBuiltinModule?.("node:fs/promises");
  if (!fs) throw new InputError(path, "folders can be read under Node only, list the pictures in a manifest");
  return fs;
}
