/** One case, measured for all contestants by turns. */
import { macsOf } from "../../src/graph/print.ts";
import type { Case } from "./cases.ts";
import { type Check, checkFor } from "./check.ts";
import type { Contestant } from "./contestant.ts";
import type { Encoding, LoadTiming, Timing } from "./protocol.ts";
import { type Spread, spreadOf } from "./statistics.ts";

export interface CaseResult {
  readonly name: string;
  readonly kind: Case["kind"];
  /** Multiply–adds of a run as papers count them, whatever algorithm is used. */
  readonly macs: number;
  readonly against: string;
  readonly contestants: Readonly<Record<string, Figures>>;
}

/** Either figures or why there are none. */
export interface Figures {
  readonly failure?: string;
  readonly wallMs?: Spread;
  readonly cpuMs?: Spread;
  readonly rounds?: readonly Timing[];
  /** How many runs a round timed together. */
  readonly runsPerRound?: number;
  /** The largest difference found by the check. */
  readonly error?: number;
  readonly load?: LoadTiming;
  /** Of networks, where the engine can tell. */
  readonly encoding?: Encoding;
}

export interface MeasureOptions {
  readonly rounds: number;
  /** After this long no further round begins, once there are three. */
  readonly budgetMs: number;
}

/** Rounds below which a median means little. */
const LEAST_ROUNDS = 3;
/** A round of an operation lasts at least this long; a round of a network is one run. */
const ROUND_MS = 60;
const MOST_RUNS = 500;

/** @param reference computes what results are compared with where nothing is stored. */
export async function measure(
  which: Case,
  contestants: readonly Contestant[],
  reference: Contestant,
  options: MeasureOptions,
): Promise<CaseResult> {
  const graph = which.graph();
  const macs = macsOf(graph.training ? [graph.training.loss, ...graph.training.gradients] : [graph.output]);
  const peer = async (): Promise<Float32Array> => {
    await reference.ask("load", which.name);
    const output = await reference.ask("output");
    await reference.ask("unload");
    return output;
  };
  const check = await checkFor(which, graph, peer);
  const play = which.kind === "load" ? playLoads : playRuns;
  const figures = await play(which, contestants, check, options);
  return { name: which.name, kind: which.kind, macs, against: check.against, contestants: Object.fromEntries(figures) };
}

/** What a contestant has come to so far. */
interface Turn {
  readonly contestant: Contestant;
  readonly rounds: Timing[];
  runsPerRound: number;
  error?: number;
  load?: LoadTiming;
  encoding?: Encoding;
  failure?: string;
}

const startOf = (contestant: Contestant): Turn => ({ contestant, rounds: [], runsPerRound: 1 });

/** Whether a case wants a process that has done nothing else. */
const isAlone = ({ kind }: Case): boolean => kind !== "operation";

async function playRuns(which: Case, contestants: readonly Contestant[], check: Check, options: MeasureOptions) {
  const turns = contestants.map(startOf);
  for (const turn of turns) {
    await attempt(turn, async ({ contestant }) => {
      // Networks start afresh: their weights would add up, and their first result would not be a first one.
      if (isAlone(which)) await contestant.end();
      turn.load = await contestant.ask("load", which.name);
      turn.error = checked(check, await contestant.ask("output"));
      const { wallMs } = await contestant.ask("run", 1);
      if (which.kind === "operation") turn.runsPerRound = Math.min(MOST_RUNS, Math.max(1, Math.round(ROUND_MS / wallMs)));
    });
  }
  await byTurns(turns, options, async (turn) => turn.rounds.push(await turn.contestant.ask("run", turn.runsPerRound)));
  for (const turn of turns) await attempt(turn, async ({ contestant }) => (turn.encoding = await contestant.ask("encoding")));
  for (const { contestant, failure } of turns) {
    if (isAlone(which) || failure !== undefined) await contestant.end();
    else await contestant.ask("unload");
  }
  return turns.map(figuresOf);
}

async function playLoads(which: Case, contestants: readonly Contestant[], check: Check, options: MeasureOptions) {
  const turns = contestants.map(startOf);
  await byTurns(turns, options, async (turn) => {
    const { contestant, rounds } = turn;
    await contestant.end();
    await contestant.ask("hello");
    turn.load = await contestant.ask("load", which.name);
    turn.error ??= checked(check, await contestant.ask("output"));
    rounds.push({ wallMs: turn.load.firstResultMs, cpuMs: turn.load.cpuMs });
    await contestant.end();
  });
  return turns.map(figuresOf);
}

/** Rounds in which each that has not failed has a turn; who begins changes from round to round. */
async function byTurns(
  turns: readonly Turn[],
  { rounds, budgetMs }: MeasureOptions,
  play: (turn: Turn) => Promise<unknown>,
): Promise<void> {
  const begin = performance.now();
  for (let round = 0; round < rounds; round++) {
    if (round >= LEAST_ROUNDS && performance.now() - begin > budgetMs) return;
    const first = round % turns.length;
    for (const turn of [...turns.slice(first), ...turns.slice(0, first)]) await attempt(turn, play);
  }
}

async function attempt(turn: Turn, play: (turn: Turn) => Promise<unknown>): Promise<void> {
  if (turn.failure !== undefined) return;
  try {
    await play(turn);
  } catch (error) {
    turn.failure = error instanceof Error ? error.message : String(error);
    await turn.contestant.end();
  }
}

/** @throws Error where the result is wrong. */
function checked({ error: errorOf, tolerance, against }: Check, output: Float32Array): number {
  const error = errorOf(output);
  if (!(error <= tolerance)) throw new Error(`wrong result: ${error.toExponential(1)} from ${against}, at most ${tolerance} is allowed`);
  return error;
}

function figuresOf({ contestant, failure, rounds, runsPerRound, error, load, encoding }: Turn): [string, Figures] {
  if (failure !== undefined) return [contestant.name, { failure, load }];
  const wallMs = spreadOf(rounds.map((round) => round.wallMs));
  const cpuMs = spreadOf(rounds.map((round) => round.cpuMs));
  return [contestant.name, { wallMs, cpuMs, rounds, runsPerRound, error, load, encoding }];
}
