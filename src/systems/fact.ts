/** What is known of a published system, number by number, with how sure it is. */

/** How a number is known. */
export const marks = {
  C: "read in the authors' own published code",
  T: "read in the text of the paper, its abstract, an earlier version or a reader's notes",
  A: "recovered by arithmetic from printed numbers",
  K: "general knowledge, a default",
  "?": "not known, a choice of ours",
} as const;

export type Mark = keyof typeof marks;

/** A value with its mark, or its two marks, and what else has to be said of it. */
export interface Fact<T> {
  readonly value: T;
  readonly marks: readonly Mark[];
  readonly note?: string;
}

/** `fact(1e-4, "T", "the script has SGD")`, `fact(100, ["C", "T"])`. */
export const fact = <const T>(value: T, mark: Mark | readonly Mark[], note?: string): Fact<T> => ({
  value,
  marks: typeof mark === "string" ? [mark] : mark,
  ...(note !== undefined && { note }),
});

/** All that is known of a system, in parts. */
export interface Facts {
  readonly [part: string]: Facts | Fact<unknown>;
}

/** Facts as a list: the path of each, such as "training.batch". */
export const factList = (facts: Facts, path: readonly string[] = []): (Fact<unknown> & { readonly path: string })[] =>
  Object.entries(facts).flatMap(([key, found]) =>
    isFact(found) ? [{ path: [...path, key].join("."), ...found }] : factList(found, [...path, key]),
  );

const isFact = (found: Facts | Fact<unknown>): found is Fact<unknown> => "value" in found && "marks" in found && Array.isArray(found.marks);
