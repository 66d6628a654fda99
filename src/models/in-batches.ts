/** Results of many pictures in their order, batch by batch. */
import { InputError } from "../bytes.ts";
import type { Picture } from "./picture.ts";

/** What became of one of many pictures: its place in the list, and its result or why there is none. */
export type Outcome<T> = { readonly index: number; readonly result: T } | { readonly index: number; readonly error: Error };

export const isList = (pictures: Picture | readonly Picture[]): pictures is readonly Picture[] => Array.isArray(pictures);

export interface BatchWork<Ready, Result> {
  /** What asked for it, for an error. */
  readonly caller: string;
  /** Pictures a batch. */
  readonly batch: number;
  read(picture: Picture): Promise<Ready>;
  /** A result for each picture of a batch. */
  compute(ready: readonly Ready[]): Promise<readonly Result[]>;
}

/**
 * Outcomes in the order of the pictures; one that cannot be read stops nothing.
 * @throws RangeError for a batch that is no positive integer.
 */
export async function* inBatches<Ready, Result>(
  pictures: Iterable<Picture>,
  { caller, batch, read, compute }: BatchWork<Ready, Result>,
): AsyncGenerator<Outcome<Result>> {
  if (!Number.isInteger(batch) || batch < 1) throw new RangeError(`${caller}: batch must be a positive integer, got ${batch}`);
  // Those that cannot be read wait with the rest of their batch, so that outcomes come in the order of the pictures.
  let waiting: Outcome<Ready>[] = [];
  const readyOnes = (): Ready[] => waiting.flatMap((outcome) => ("error" in outcome ? [] : [outcome.result]));
  const flush = async function* (): AsyncGenerator<Outcome<Result>> {
    const [outcomes, ready] = [waiting, readyOnes()];
    waiting = [];
    const results = ready.length === 0 ? [] : await compute(ready);
    let place = 0;
    for (const outcome of outcomes) yield "error" in outcome ? outcome : { index: outcome.index, result: results[place++] };
  };
  let index = 0;
  for (const picture of pictures) {
    try {
      waiting.push({ index, result: await read(picture) });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      waiting.push({ index, error });
    }
    index++;
    const { length } = readyOnes();
    if (length === 0 || length === batch) yield* flush();
  }
  yield* flush();
}
