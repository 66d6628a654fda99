/** A training by the plan of a published system: its options, its films where none are given, and what it puts out. */
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { InputError } from "../bytes.ts";
import type { Device } from "../gpu/device.ts";
import { encodePng } from "../loaders/png.ts";
import { type LoadOptions, loadModel, type Model } from "../models/model.ts";
import { factList } from "../systems/fact.ts";
import type { Findings, Inspection } from "../systems/inspection.ts";
import type { PredictedFilms } from "../systems/predicted-films.ts";
import type { ScoredFilms } from "../systems/scored-films.ts";
import type { Choice, Plan, Results, System } from "../systems/system.ts";
import { choicesOf, systemNamed } from "../systems/systems.ts";
import type { Tables } from "../systems/table.ts";
import type { Dataset } from "../training/dataset.ts";
import { writeWhole } from "../training/write-file.ts";
import { writePhantomFolder } from "./phantom-folder.ts";
import { systemCharts } from "./system-charts.ts";
import type { TrainOptions } from "./train-options.ts";
import { writeTables } from "./write-tables.ts";

export interface ChosenSystem {
  readonly system: System;
  readonly choice: Choice;
  readonly threshold?: number;
}

/**
 * What is asked for of a system: every member with every variant that is named, and one where none is.
 * @throws InputError for a system, member or variant that there is not.
 */
export function chosenOf(command: Command): ChosenSystem[] {
  const options: TrainOptions = command.opts();
  if (options.system === undefined) {
    const alone = (["member", "variant", "quick", "threshold"] as const).find(
      (key) => options[key] !== undefined && options[key] !== false,
    );
    if (alone !== undefined) command.error(`error: --${alone} is of a system, say which (--system)`);
    return [];
  }
  const system = systemNamed(options.system);
  return choicesOf(system, options).map((choice) => ({ system, choice, threshold: options.threshold }));
}

/** What tells each of several choices from the others, for folders and tables. */
export function namesOf(chosen: readonly ChosenSystem[]): string[] {
  const differ = (key: "member" | "variant") => new Set(chosen.map(({ choice }) => choice[key])).size > 1;
  const keys = (["member", "variant"] as const).filter(differ);
  return chosen.map(({ choice }) => keys.map((key) => choice[key]).join("-"));
}

/** What was typed or configured, for the `config.json` of several trainings. */
export function typedOptions(command: Command): TrainOptions {
  const options: TrainOptions = command.opts();
  const open = Object.keys(options).filter((key) => !["cli", "config"].includes(command.getOptionValueSource(key) ?? "default"));
  return { ...options, ...Object.fromEntries(open.map((key) => [key, undefined])) };
}

/**
 * Gives every option that was neither typed nor configured the system's value; what another choice gave before is forgotten.
 * @throws InputError where values of ImageNet are needed and not named.
 */
export function takePlan(command: Command, { system, choice }: ChosenSystem): void {
  const sourceOf = (key: string) => command.getOptionValueSource(key) ?? "default";
  for (const option of command.options) {
    const key = option.attributeName();
    if (sourceOf(key) === "system") command.setOptionValueWithSource(key, option.defaultValue, "default");
  }
  const { start, ...plan } = system.plan(choice);
  const isOpen = (key: string) => !["cli", "config"].includes(sourceOf(key));
  if (start === "ImageNet" && isOpen("init") && !choice.quick)
    throw new InputError(system.name, "starts from ImageNet's values: --init FILE names them, --init random goes without");
  const planned: Omit<Plan, "start"> & Partial<TrainOptions> = plan;
  for (const [key, value] of Object.entries(planned))
    if (value !== undefined && isOpen(key)) command.setOptionValueWithSource(key, value, "system");
  command.setOptionValueWithSource("member", choice.member, "cli");
  command.setOptionValueWithSource("variant", choice.variant, "cli");
}

/**
 * Draws the films of a quick run, and lets them look alike, as those of different patients do when they are drawn.
 * @returns the manifest's path.
 */
export async function drawFilms({ system: { phantoms } }: ChosenSystem, out: string, command: Command): Promise<string> {
  const { seed }: TrainOptions = command.opts();
  const manifest = await writePhantomFolder(join(out, "films"), { ...phantoms, seed });
  command.setOptionValueWithSource("allow", ["picture"], "config");
  return manifest;
}

/** What a training of a system gave, and with which network and on which films pictures are made of it. */
export interface Trained {
  readonly device: Device;
  /** The file of the network that is looked at, and films that it has not seen. */
  readonly file: string;
  readonly films: Dataset;
  /** Films that it has learnt from. */
  readonly train?: Dataset;
  /** Who finds the lungs, for a network that sees them. */
  readonly lungs?: Model;
  /** Of those films; of a cross-validation `results` has all. */
  readonly test?: ScoredFilms;
  readonly results?: Results;
  readonly predicted?: PredictedFilms;
}

/** Writes all that a system puts out: tables, their plots, and what is found by looking at the network. */
export async function writeOutputs(out: string, chosen: ChosenSystem, trained: Trained): Promise<void> {
  const { system, choice, threshold } = chosen;
  const { device, file, films, train, lungs, test, results, predicted } = trained;
  const tables = {
    ...(results && system.tables({ ...results, threshold })),
    ...(predicted && system.valueTables?.(predicted)),
  };
  await writeSystem(out, chosen, tables);
  await writeCharts(out, tables);
  // Last, so that what fails on a film's picture does not cost the tables.
  const found = await lookInto(system, file, { device, lungs }, { films, train, test, predicted, choice, threshold });
  await writeTables(join(out, "tables"), found.tables ?? {});
  for (const [name, picture] of Object.entries(found.pictures ?? {})) await put(join(out, "pictures", `${name}.png`), encodePng(picture));
}

/** What a system finds in a network, where it looks at it. */
async function lookInto({ inspect }: System, file: string, options: LoadOptions, given: Omit<Inspection, "model">): Promise<Findings> {
  if (!inspect) return {};
  using model = await loadModel(file, options);
  return await inspect({ model, ...given });
}

/** Writes what several choices give on the same films: the system's comparison, and its plots. */
export async function writeComparison(out: string, system: System, results: Readonly<Record<string, Results>>): Promise<Tables> {
  const tables = system.comparison(results);
  await writeTables(join(out, "tables"), tables);
  await writeCharts(out, tables);
  return tables;
}

async function writeCharts(out: string, tables: Tables): Promise<void> {
  for (const { name, svg } of await systemCharts(tables)) await put(join(out, "charts", `${name}.svg`), new TextEncoder().encode(svg));
}

async function put(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeWhole(path, bytes);
}

/** Writes a system's tables, and `system.json`: what the paper did and how sure that is, what was chosen, and what is done otherwise. */
export async function writeSystem(out: string, { system, choice, threshold }: ChosenSystem, tables: Tables): Promise<string[]> {
  const { name, paper, facts, deviations, members, variants } = system;
  const document = {
    system: name,
    paper,
    ...choice,
    ...(threshold !== undefined && { threshold }),
    memberText: members[choice.member],
    variantText: variants[choice.variant],
    ...(choice.quick && { note: "a quick run: small pictures, few epochs; its numbers say nothing of the system" }),
    facts: factList(facts),
    deviations,
  };
  await writeWhole(join(out, "system.json"), new TextEncoder().encode(`${JSON.stringify(document, undefined, 2)}\n`));
  return writeTables(join(out, "tables"), tables);
}
