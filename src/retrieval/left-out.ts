/** Films of an index that a search leaves out: the query itself, or all of its patient. */
import type { IndexItem } from "./embedding-index.ts";

export type LeftOut = "same-file" | "same-patient";

/** What a film is left out with; one whose patient is not known is on its own. */
export const groupOf = (item: IndexItem, leftOut: LeftOut | undefined): string =>
  leftOut === "same-patient" && item.patient ? groupNamed(item.patient, leftOut) : groupNamed(item.sha256, "same-file");

/** The group of a patient's films, or of the films with one hash. */
export const groupNamed = (name: string, leftOut: LeftOut): string => (leftOut === "same-patient" ? `patient ${name}` : `file ${name}`);

/**
 * What a query is left out by, with the film of its bytes if the index has it: their hash, or its patient as given or as the index knows it.
 * Undefined where the patient is not known.
 */
export const queryName = (hash: string, own: IndexItem | undefined, leftOut: LeftOut, patient?: string): string | undefined =>
  leftOut === "same-file" ? hash : (patient ?? own?.patient);

/** The group of a query; see `queryName`. */
export function queryGroup(hash: string, items: readonly IndexItem[], leftOut: LeftOut, patient?: string): string | undefined {
  const own = items.find((item) => item.sha256 === hash);
  const name = queryName(hash, own, leftOut, patient);
  return name === undefined ? undefined : groupNamed(name, leftOut);
}
