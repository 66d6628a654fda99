/** Datasets laid out as folders: a folder a class, or a folder a set with a folder a class in each. */
import { InputError } from "../bytes.ts";
import { checkClasses, type Dataset, type Sample } from "./dataset.ts";
import { type FilmFolder, readFolder } from "./film-folder.ts";

/** Folders of these names are sets, not classes: the sets that they are. */
const SETS: Readonly<Record<string, string>> = { train: "train", val: "val", valid: "val", validation: "val", test: "test" };

/** Files that are pictures, by their endings; what they really are is seen when they are decoded. */
const PICTURE = /\.(png|jpe?g|dcm|dicom|tiff?|webp|bmp)$/i;

/**
 * Reads `FOLDER/CLASS/…` or `FOLDER/SET/CLASS/…`, by its path (Node) or as a list. Classes are sorted by name unless they are given;
 * pictures lie at any depth below their class. Folders do not say who is a patient, so that only equal or nearly equal pictures can be
 * kept together.
 * @throws InputError for a folder that is none or holds no classes, a folder that is no class, a class without pictures, or one class only.
 */
export async function readClassFolders(
  folder: string | FilmFolder,
  { classes }: { readonly classes?: readonly string[] } = {},
): Promise<Dataset> {
  const { name: root, folders, files } = typeof folder === "string" ? await readFolder(folder) : folder;
  const top = foldersIn(folders, "");
  if (top.length === 0) throw new InputError(root, "holds no folders, one for each class is needed");
  const sets = top.filter((name) => Object.hasOwn(SETS, name));
  const parts: readonly Part[] = sets.length === 0 ? [{ path: "" }] : sets.map((set) => ({ path: `${set}/`, split: SETS[set] }));
  if (sets.length > 0 && sets.length < top.length) {
    throw new InputError(
      root,
      `holds sets (${sets.join(", ")}) beside other folders (${top.filter((name) => !sets.includes(name)).join(", ")})`,
    );
  }
  const found = parts.map(({ path }) => foldersIn(folders, path));
  const named = classes ?? [...new Set(found.flat())].sort();
  const unknown = [...new Set(found.flat())].filter((name) => !named.includes(name));
  if (unknown.length > 0)
    throw new InputError(root, `holds folders of unknown classes (${unknown.join(", ")}), known are ${named.join(", ")}`);
  const samples = parts.flatMap((part, i) => found[i].flatMap((label) => samplesOf(part, label, named.indexOf(label), files)));
  const dataset = { name: root, classes: named, samples };
  checkClasses(dataset);
  return dataset;
}

interface Part {
  /** Where its classes lie, with a "/" at its end. */
  readonly path: string;
  readonly split?: string;
}

const samplesOf = ({ path, split }: Part, name: string, label: number, files: FilmFolder["files"]): Sample[] =>
  [...files]
    .filter(([file]) => file.startsWith(`${path}${name}/`) && PICTURE.test(file))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, picture]) => ({ name: file, picture, label, split }));

/** The folders directly in one, by their names; hidden ones are none. */
const foldersIn = (folders: readonly string[], path: string): string[] =>
  folders
    .filter((folder) => folder.startsWith(path) && !folder.slice(path.length).includes("/"))
    .map((folder) => folder.slice(path.length))
    .filter((name) => !name.startsWith("."))
    .sort();
