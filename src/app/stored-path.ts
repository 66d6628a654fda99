/** The paths of films as indexes keep them. */
import { isAbsolute, relative, resolve } from "node:path";
import type { IndexItem } from "../retrieval/embedding-index.ts";

/** Whether a path means the same from everywhere. */
export const isFixed = (path: string): boolean => isAbsolute(path) || /^[a-z][a-z0-9+.-]+:\/\//i.test(path);

/** A film's path as a folder keeps it: counted from the folder, so that both can be moved. */
export const toStored = (folder: string, file: string): string =>
  isFixed(file) ? file : relative(resolve(folder), resolve(file)).replaceAll("\\", "/");

/** The path by which a film of an index is read from here. */
export const fromStored = (folder: string, { file }: IndexItem): string => (isFixed(file) ? file : relative("", resolve(folder, file)));
