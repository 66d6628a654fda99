/** What a page asks its engine of like films, and what it gets. */
import type { Metric } from "../../../kernels/distances.ts";
import type { IndexDescription, IndexItem } from "../../../retrieval/embedding-index.ts";
import type { VoteOptions } from "../../../retrieval/knn.ts";
import type { LeftOut } from "../../../retrieval/left-out.ts";
import type { Neighbour } from "../../../retrieval/neighbours.ts";
import type { GreyLevels } from "../draw-film.ts";

/** An index's two files, and what to call it. Each search brings them, so that it does not matter whether the engine was started anew. */
export interface GivenIndex {
  /** No other index of the page has it. */
  readonly id: number;
  readonly name: string;
  readonly embeddings: Blob;
  readonly items: Blob;
}

/** An index that is whole, as a page needs it: all but its vectors. */
export interface OpenedIndex {
  readonly name: string;
  readonly description: IndexDescription;
  readonly items: readonly IndexItem[];
  /** Lines past the last embedding, of an append that did not finish. */
  readonly unfinished: number;
}

/** A picture that an index is made of, with what is known of it. */
export interface Indexed {
  readonly name: string;
  readonly source: Blob | string;
}

export interface BuiltIndex extends OpenedIndex {
  readonly files: GivenIndex;
  /** Pictures that are not in it, each with the reason. */
  readonly leftOut: readonly { readonly name: string; readonly problem: string }[];
}

/** How films are searched for. */
export interface SearchSettings {
  readonly k: number;
  readonly metric: Metric;
  readonly leftOut?: LeftOut;
  /** The patient of the query, where the index does not know it. */
  readonly patient?: string;
  /** The column of the index that neighbours vote on. */
  readonly label?: string;
  readonly weights: Required<VoteOptions>["weights"];
}

/** What neighbours say of a film's class. */
export interface Vote {
  /** The class with the most votes; of equal ones that of the nearest neighbour. */
  readonly label: string;
  /** Of every class that got a vote, the greatest first; they sum to 1. */
  readonly shares: readonly { readonly label: string; readonly share: number; readonly count: number }[];
  /** Neighbours without a label, which have no vote. */
  readonly silent: number;
}

/** The films of an index that are nearest to a picture. */
export interface LikeFilms {
  /** Nearest first; `index` is a place among the index's items. */
  readonly neighbours: readonly Neighbour[];
  readonly settings: SearchSettings;
  /** The SHA-256 of the picture's bytes. */
  readonly sha256: string;
  /** Whether the patient was to be left out and is not known. */
  readonly isPatientUnknown: boolean;
  /** None where no neighbour has a label. */
  readonly vote?: Vote;
  readonly elapsedMs: number;
}

export interface CasesCalls {
  openIndex: { readonly input: GivenIndex; readonly output: OpenedIndex };
  /** An index of pictures by the model that is open. */
  buildIndex: { readonly input: Pick<GivenIndex, "id" | "name"> & { readonly pictures: readonly Indexed[] }; readonly output: BuiltIndex };
  findLike: {
    readonly input: SearchSettings & { readonly index: GivenIndex; readonly picture: Blob | string };
    readonly output: LikeFilms;
  };
  /** A picture whose longer side has so many pixels at most. */
  shrink: { readonly input: { readonly picture: Blob | string; readonly side: number }; readonly output: GreyLevels };
}
