/** What the programs share: options, inputs, messages and exit codes. */
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Command, CommanderError, InvalidArgumentError, Option } from "commander";
import pc from "picocolors";
import { InputError } from "../bytes.ts";
import type { AdapterChoice } from "../gpu/device.ts";
import { DeviceError } from "../gpu/device-error.ts";
import { ShaderError } from "../gpu/shader.ts";
import { ShapeError } from "../kernels/op.ts";
import { WeightsError } from "../loaders/names.ts";
import { StatisticsError } from "../statistics/statistics-error.ts";
import { TrainingError } from "../training/training-error.ts";

export const exitCode = { done: 0, failed: 1, usage: 2, noGpu: 3, someFailed: 4 } as const;

/** What every program takes. */
export interface SharedOptions {
  readonly adapter: AdapterChoice;
  readonly seed: number;
  readonly quiet: boolean;
}

/** Adds the options that every program takes. */
export function withSharedOptions(command: Command): Command {
  return command
    .addOption(new Option("--adapter <kind>", "GPU to use").choices(["auto", "hardware", "software"]).default("auto"))
    .option("--seed <n>", "seed of everything random", wholeNumber(0), 0)
    .option("--quiet", "no progress, timings or notes on stderr", false);
}

/** Parses an option's value as an integer of at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`an integer of at least ${least} is needed.`);
    return value;
  };
}

/** Colours where people read: picocolors would ask whether stdout is a terminal, and write them to a log of CI. */
const { dim, red } = pc.createColors(process.stderr.isTTY === true && !process.env.NO_COLOR);

/** A note on stderr, unless --quiet. */
export function note(text: string, { quiet }: { readonly quiet: boolean }): void {
  if (!quiet) process.stderr.write(`${dim(text)}\n`);
}

/** One line on stderr about what went wrong. */
export function complain(error: unknown): void {
  process.stderr.write(`${red("error:")} ${describe(error)}\n`);
}

/** Our errors by their message; anything else with its stack, since it is our fault. */
function describe(error: unknown): string {
  if (isOurs(error)) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

const isOurs = (error: unknown): error is Error =>
  [InputError, WeightsError, DeviceError, ShapeError, ShaderError, StatisticsError, TrainingError].some((kind) => error instanceof kind);

/** Whether a module is the program that was started, and not imported by another. */
export function isMain(moduleUrl: string): boolean {
  const started = process.argv[1];
  return started !== undefined && realpathSync(started) === fileURLToPath(moduleUrl);
}

/** Runs a program on the process's arguments and leaves by its exit code. */
export async function runProgram(command: Command): Promise<void> {
  // A reader that has seen enough (head, less) closes stdout: that is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(exitCode.done);
  });
  await execute(command, process.argv.slice(2));
  // Dawn keeps timers of its own, which would keep the process alive.
  await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
  process.exit();
}

/** Runs a program on arguments within this process, whose exit code it sets where anything fails. */
export async function execute(command: Command, args: readonly string[]): Promise<void> {
  strict(command);
  try {
    await command.parseAsync(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? exitCode.done : exitCode.usage;
    } else {
      complain(error);
      process.exitCode = error instanceof DeviceError && error.isMissing ? exitCode.noGpu : exitCode.failed;
    }
  }
}

/** Usage errors as exceptions, in sub-commands too. */
function strict(command: Command): void {
  command.exitOverride().showSuggestionAfterError().showHelpAfterError("(--help shows the options)");
  for (const sub of command.commands) strict(sub);
}
