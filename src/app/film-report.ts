/** What programs tell of a film in the same words: its notes, its problem, times and shares. */
import type { Finding } from "../imaging/quality.ts";
import type { Milliseconds } from "../models/result.ts";
import { note, type SharedOptions } from "./command-line.ts";

/** Tells how a film was read, and what speaks against it. */
export function noteFilm(
  {
    file,
    notes = [],
    findings = [],
  }: { readonly file: string; readonly notes?: readonly string[]; readonly findings?: readonly Pick<Finding, "message">[] },
  options: Pick<SharedOptions, "quiet">,
): void {
  for (const text of [...notes, ...findings.map(({ message }) => message)]) note(`${file}: ${text}`, options);
}

/** The message without the file's name, which stands beside it. */
export const problemOf = (file: string, { message }: Error): string =>
  message.startsWith(`${file}: `) ? message.slice(file.length + 2) : message;

/** To the hundredth. */
export const rounded = (value: number): number => Math.round(value * 100) / 100;

export const roundedTimes = ({ decode, preprocess, run }: Milliseconds): Milliseconds => ({
  decode: rounded(decode),
  preprocess: rounded(preprocess),
  run: rounded(run),
});

export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
