/** An index as one file: a zip archive of its two, nothing of it compressed, since vectors do not get smaller. */
import { zipSync } from "fflate";
import { InputError } from "../../../bytes.ts";
import { readZip } from "../../../loaders/zip.ts";
import { type IndexFiles, indexFileNames } from "../../../retrieval/embedding-index.ts";

export const packIndex = ({ embeddings, items }: IndexFiles): Uint8Array<ArrayBuffer> =>
  new Uint8Array(zipSync({ [indexFileNames.items]: items, [indexFileNames.embeddings]: embeddings }, { level: 0 }));

/**
 * The two files of an archive, wherever in it they lie.
 * @throws InputError for an archive that is damaged or holds no index, or several.
 */
export function unpackIndex(archive: Uint8Array, name: string): IndexFiles {
  const entries = readZip(archive, name);
  const read = (file: string): Uint8Array<ArrayBuffer> => {
    const paths = [...entries.keys()].filter((path) => path === file || path.endsWith(`/${file}`));
    if (paths.length === 0) throw new InputError(name, `holds no ${file}, an index has one`);
    if (paths.length > 1) throw new InputError(name, `holds several indexes (${paths.join(", ")}), give one of them`);
    return new Uint8Array(entries.get(paths[0])?.read() ?? []);
  };
  return { embeddings: read(indexFileNames.embeddings), items: read(indexFileNames.items) };
}
