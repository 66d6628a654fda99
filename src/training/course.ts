/** Where a training stands: all that, with the values of its parameters, going on needs. */
import { InputError } from "../bytes.ts";
import type { Json } from "./checkpoint.ts";
import { type Best, noBest } from "./early-stopping.ts";
import type { Plateau } from "./plateau.ts";

export interface Course {
  /** The epoch to go on with, from 0, and its first batch that is not done. */
  readonly epoch: number;
  readonly batch: number;
  /** Batches and steps of the optimizer since the training began. */
  readonly runs: number;
  readonly steps: number;
  /** The sum of the losses of the epoch's batches so far. */
  readonly lossSum: number;
  /** Time spent on training in the epoch so far, and on everything since the training began. */
  readonly epochMs: number;
  readonly elapsedMs: number;
  readonly best: Best;
  readonly plateau?: Plateau;
}

export const beginning: Course = { epoch: 0, batch: 0, runs: 0, steps: 0, lossSum: 0, epochMs: 0, elapsedMs: 0, best: noBest };

/** What has to be the same for a training to go on as if it had not stopped. */
export type Setup = { readonly [key: string]: Json };

/** As a checkpoint stores it. A score that there is not is left out. */
export function courseState({ best, plateau, ...numbers }: Course, setup: Setup): { readonly [key: string]: Json } {
  return { ...numbers, best: defined(best), ...(plateau && { plateau: defined(plateau) }), setup };
}

const defined = (record: object): Fields => JSON.parse(JSON.stringify(record));

/**
 * The course that a checkpoint stores.
 * @throws InputError for a state that is none, and for a training that was set up otherwise.
 */
export function courseFrom(state: { readonly [key: string]: Json }, setup: Setup, subject: string): Course {
  const made = recordIn(state, "setup", subject);
  const differing = Object.keys(setup).filter((key) => JSON.stringify(made[key]) !== JSON.stringify(setup[key]));
  if (differing.length > 0) {
    const told = differing.map((key) => `${key} ${JSON.stringify(made[key])}, got ${JSON.stringify(setup[key])}`);
    throw new InputError(subject, `is of a training that was set up otherwise: ${told.join("; ")}`);
  }
  const number = (key: keyof Course) => numberIn(state, key, subject);
  const best = recordIn(state, "best", subject);
  const plateau = "plateau" in state ? recordIn(state, "plateau", subject) : undefined;
  return {
    epoch: number("epoch"),
    batch: number("batch"),
    runs: number("runs"),
    steps: number("steps"),
    lossSum: number("lossSum"),
    epochMs: number("epochMs"),
    elapsedMs: number("elapsedMs"),
    best: { score: optional(best, "score", subject), epoch: numberIn(best, "epoch", subject), since: numberIn(best, "since", subject) },
    ...(plateau && {
      plateau: {
        rate: numberIn(plateau, "rate", subject),
        best: optional(plateau, "best", subject),
        badEpochs: numberIn(plateau, "badEpochs", subject),
        cooling: numberIn(plateau, "cooling", subject),
      },
    }),
  };
}

type Fields = { readonly [key: string]: Json };

function recordIn(fields: Fields, key: string, subject: string): Fields {
  const value = fields[key];
  if (isFields(value)) return value;
  throw new InputError(subject, `its state has no ${key}`);
}

const isFields = (value: Json): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

function numberIn(fields: Fields, key: string, subject: string): number {
  const value = fields[key];
  if (typeof value !== "number") throw new InputError(subject, `its state has no number ${key}`);
  return value;
}

const optional = (fields: Fields, key: string, subject: string): number | undefined =>
  key in fields ? numberIn(fields, key, subject) : undefined;
