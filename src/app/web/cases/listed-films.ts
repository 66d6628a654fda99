/** The films that were found, with all that is said of them. */
import type { IndexItem } from "../../../retrieval/embedding-index.ts";
import { percentText } from "../score-text.ts";
import { strings } from "../strings.ts";
import type { Vote } from "./cases-protocol.ts";
import { nameIn } from "./film-finder.ts";
import type { CasesState } from "./similar-cases.ts";

export interface ListedFilm {
  /** From 1, the nearest. */
  readonly rank: number;
  readonly distance: number;
  /** Among the films of the index. */
  readonly place: number;
  readonly item: IndexItem;
  /** The last part of its path. */
  readonly name: string;
  /** What the column says that neighbours vote on, and its place among all that it says, in the order of the alphabet. */
  readonly label?: string;
  readonly labelPlace: number;
}

export function listedFilms({ index, found }: Pick<CasesState, "index" | "found">): ListedFilm[] {
  if (!index || !found) return [];
  const { label: column } = found.settings;
  const labelOf = (item: IndexItem): string | undefined => (column === undefined ? undefined : item[column]);
  const labels = [...new Set(index.items.map(labelOf))].filter((label) => label !== undefined).sort();
  return found.neighbours.map(({ index: place, distance }, before) => {
    const item = index.items[place];
    const label = labelOf(item);
    return { rank: before + 1, distance, place, item, name: nameIn(item.file), label, labelPlace: labels.indexOf(label ?? "") };
  });
}

/** Four digits, as the command line's contact sheet has them. */
export const distanceText = (distance: number): string => distance.toPrecision(4);

/** A film in one line. */
export const captionOf = ({ rank, distance, label, name, item }: ListedFilm): string =>
  [
    strings.neighbour(rank, label ?? name, distanceText(distance)),
    ...(label === undefined ? [] : [name]),
    ...(item.source ? [strings.sourceOf(item.source)] : []),
  ].join(", ");

/** What neighbours vote for, and how. */
export function voteText({ label, shares, silent }: Vote): string {
  const parts = shares.map((one) => strings.voteShare(one.label, one.count, percentText(one.share)));
  return strings.vote(label, [...parts, ...(silent > 0 ? [strings.voteSilent(silent)] : [])].join(", "));
}
