/** The films that an index is of, among pictures that a person has given: by their paths, and surely by the hash of their bytes. */
import { InputError, readBytes } from "../../../bytes.ts";
import { sha256 } from "../../../loaders/sha256.ts";
import type { IndexItem } from "../../../retrieval/embedding-index.ts";

/** A picture that a film may be. */
export interface Candidate {
  /** Its folders and name, with "/" between them. */
  readonly path: string;
  readonly source: Blob | string;
}

/** Where a film of an index is, or why it cannot be shown: there is no picture of its name, or only others with other bytes. */
export type FoundFilm = { readonly source: Blob | string } | { readonly missing: "not given" | "changed" };

export interface FilmFinder {
  /** Adds pictures that films are looked for among. */
  give(pictures: readonly Candidate[]): void;
  find(item: IndexItem): Promise<FoundFilm>;
}

export function filmFinder(): FilmFinder {
  const byName = new Map<string, Candidate[]>();
  const hashes = new Map<Blob | string, Promise<string | undefined>>();
  const hashOf = (source: Blob | string): Promise<string | undefined> => {
    const hash = hashes.get(source) ?? hashed(source);
    hashes.set(source, hash);
    return hash;
  };
  return {
    give(pictures) {
      for (const picture of pictures) {
        const name = nameIn(picture.path);
        byName.set(name, [...(byName.get(name) ?? []), picture]);
      }
    },
    async find({ file, sha256: wanted }) {
      const called = byName.get(nameIn(file)) ?? [];
      // Those whose folders are called alike come first, so that few files are read.
      const nearness = new Map(called.map((picture) => [picture, sharedEnd(partsOf(picture.path), partsOf(file))]));
      const ordered = called.toSorted((a, b) => (nearness.get(b) ?? 0) - (nearness.get(a) ?? 0));
      for (const { source } of ordered) if ((await hashOf(source)) === wanted) return { source };
      return { missing: called.length === 0 ? "not given" : "changed" };
    },
  };
}

/** Undefined for a file that cannot be read any more. */
async function hashed(source: Blob | string): Promise<string | undefined> {
  try {
    return await sha256(await readBytes(source));
  } catch (error) {
    // A page's files that have been changed or moved since they were chosen reject with a DOMException.
    if (error instanceof InputError || error instanceof DOMException) return undefined;
    throw error;
  }
}

const partsOf = (path: string): string[] => path.split(/[/\\]/);

export const nameIn = (path: string): string => partsOf(path).at(-1) ?? "";

/** How many parts two paths share at their ends. */
function sharedEnd(a: readonly string[], b: readonly string[]): number {
  let shared = 0;
  while (shared < a.length && shared < b.length && a[a.length - 1 - shared] === b[b.length - 1 - shared]) shared++;
  return shared;
}
