/** Films of an index that a search leaves out: the query itself, or all of its patient. */
import type { IndexItem } from "./embedding-index.ts";

export type LeftOut = "same-file" | "same-patient";

/** What a film is left out with; one whose patient is not known is on its own. */
export const groupOf = (item: IndexItem, leftOut: LeftOut | undefined): string =>
  leftOut === "same-patient" && item.patient ? `patient ${item.patient}` : `file ${item.sha256}`;

/**
 * The group of a query, by the hash of its bytes: its file, or its patient as given or as the index knows it. Undefined where the patient is
 * not known.
 */
export function queryGroup(hash: string, items: readonly IndexItem[], leftOut: LeftOut, patient?: string): string | undefined {
  if (leftOut === "same-file") return `file ${hash}`;
  const known = patient ?? items.find((item) => item.sha256 === hash)?.patient;
  return known === undefined ? undefined : `patient ${known}`;
}
