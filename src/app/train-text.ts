/** What a training says to people. */
import type { Trainee } from "../training/trainee.ts";
import { note } from "./command-line.ts";
import type { TrainOptions } from "./train-options.ts";

/** Says what the network starts with, where that is a file. */
export function noteStart({ start }: Trainee, options: TrainOptions): void {
  if (!start) return;
  const some = (names: readonly string[]) => (names.length > 4 ? [...names.slice(0, 4), "…"] : names).join(", ");
  const counted = (names: readonly string[], what: string) => (names.length > 0 ? [`${names.length} ${what} (${some(names)})`] : []);
  const parts = [`${start.loaded.length} values loaded`, ...counted(start.drawn, "drawn anew"), ...counted(start.left, "left")];
  note(`${start.file}: ${parts.join("; ")}`, options);
}
