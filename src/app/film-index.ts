/** Indices of films as the commands see them: a folder that is read whole, or a LanceDB table that is searched where it is. */
import type { Device } from "../gpu/device.ts";
import type { Metric } from "../kernels/distances.ts";
import type { EmbeddingIndex, IndexDescription, IndexItem } from "../retrieval/embedding-index.ts";
import { groupNamed, groupOf, type LeftOut } from "../retrieval/left-out.ts";
import { neighbours } from "../retrieval/neighbours.ts";
import { type Tensor, tensor } from "../tensor.ts";

export interface FoundItem {
  readonly item: IndexItem;
  readonly distance: number;
}

export interface SearchOptions {
  /** At most the number of films. */
  readonly k: number;
  readonly metric: Metric;
  readonly leftOut?: LeftOut;
}

/** An index whose films can be searched. */
export interface FilmIndex {
  readonly description: IndexDescription;
  readonly size: number;
  /** Whether some film says whose it is. */
  readonly hasPatients: boolean;
  /** What is known of its films; of a table, of its first ones. */
  readonly columns: readonly string[];
  /** All texts of a column where they are at hand, in order. */
  textsOf(column: string): readonly string[] | undefined;
  /** The film of these bytes. */
  ofFile(sha256: string): Promise<IndexItem | undefined>;
  searcher(device: Device, options: SearchOptions): Promise<FilmSearcher>;
}

/** Owns GPU memory: declare it with `using`. */
export interface FilmSearcher {
  /** The nearest films, nearest first, without those of a patient or file, by what is left out: see `queryName`. */
  nearest(vector: Float32Array, without?: string): Promise<FoundItem[]>;
  [Symbol.dispose](): void;
}

/** Where the films of an index are kept while it grows. */
export interface IndexStore {
  /** What it holds; undefined while it is empty. */
  readonly description: IndexDescription | undefined;
  readonly size: number;
  /** How many films are worth a write. */
  readonly partSize: number;
  /** Those of some hashes that it has. */
  known(hashes: readonly string[]): Promise<ReadonlySet<string>>;
  /** A film's path as it is kept; absolute paths and URLs stay. */
  stored(file: string): string;
  add(part: EmbeddingIndex): Promise<void>;
}

/** The columns in which some film has a text. */
export const columnsOf = (items: readonly IndexItem[]): string[] => [
  ...new Set(items.flatMap((item) => Object.keys(item).filter((column) => item[column]))),
];

/** Searches films by kernels of ours, one query at a time. */
export async function itemSearcher(
  device: Device,
  items: readonly IndexItem[],
  embeddings: Tensor,
  { k, metric, leftOut }: SearchOptions,
): Promise<FilmSearcher> {
  const groups = leftOut && items.map((item) => groupOf(item, leftOut));
  const searcher = await neighbours(device, embeddings, { k: Math.min(k, items.length), metric, groups, batch: 1 });
  return {
    async nearest(vector, without) {
      const left = leftOut && without !== undefined ? { exclude: [groupNamed(without, leftOut)] } : {};
      const [found] = await searcher.search(tensor([1, vector.length], vector), left);
      return found.map(({ index, distance }) => ({ item: items[index], distance }));
    },
    [Symbol.dispose]: () => searcher.destroy(),
  };
}
