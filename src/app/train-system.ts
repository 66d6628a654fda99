/** A training by the plan of a published system: its options, its films where none are given, and what it puts out. */
import { join } from "node:path";
import type { Command } from "commander";
import { InputError } from "../bytes.ts";
import { factList } from "../systems/fact.ts";
import type { Choice, Plan, System } from "../systems/system.ts";
import { choiceOf, systemNamed } from "../systems/systems.ts";
import type { Tables } from "../systems/table.ts";
import { writeWhole } from "../training/write-file.ts";
import { writePhantomFolder } from "./phantom-folder.ts";
import type { TrainOptions } from "./train-options.ts";
import { writeTables } from "./write-tables.ts";

export interface ChosenSystem {
  readonly system: System;
  readonly choice: Choice;
}

/**
 * Gives every option that was neither typed nor configured the system's value.
 * @throws InputError for a system, member or variant that there is not, and where values of ImageNet are needed and not named.
 */
export function takeSystem(command: Command): ChosenSystem | undefined {
  const options: TrainOptions = command.opts();
  if (options.system === undefined) {
    const alone = (["member", "variant", "quick"] as const).find((key) => options[key]);
    if (alone !== undefined) command.error(`error: --${alone} is of a system, say which (--system)`);
    return undefined;
  }
  const system = systemNamed(options.system);
  const choice = choiceOf(system, options);
  const { start, ...plan } = system.plan(choice);
  const isOpen = (key: string) => !["cli", "config"].includes(command.getOptionValueSource(key) ?? "default");
  if (start === "ImageNet" && isOpen("init") && !choice.quick)
    throw new InputError(system.name, "starts from ImageNet's values: --init FILE names them, --init random goes without");
  const planned: Omit<Plan, "start"> & Partial<TrainOptions> = { ...plan, member: choice.member, variant: choice.variant };
  for (const [key, value] of Object.entries(planned))
    if (value !== undefined && isOpen(key)) command.setOptionValueWithSource(key, value, "system");
  return { system, choice };
}

/**
 * Draws the films of a quick run, and lets them look alike, as those of different patients do when they are drawn.
 * @returns the manifest's path.
 */
export async function drawFilms({ system: { phantoms } }: ChosenSystem, out: string, command: Command): Promise<string> {
  const { seed }: TrainOptions = command.opts();
  const manifest = await writePhantomFolder(join(out, "films"), { ...phantoms, seed });
  command.setOptionValueWithSource("allow", ["picture"], "system");
  return manifest;
}

/** Writes a system's tables, and `system.json`: what the paper did and how sure that is, what was chosen, and what is done otherwise. */
export async function writeSystem(out: string, { system, choice }: ChosenSystem, tables: Tables): Promise<string[]> {
  const { name, paper, facts, deviations, members, variants } = system;
  const document = {
    system: name,
    paper,
    ...choice,
    memberText: members[choice.member],
    variantText: variants[choice.variant],
    ...(choice.quick && { note: "a quick run: small pictures, few epochs; its numbers say nothing of the system" }),
    facts: factList(facts),
    deviations,
  };
  await writeWhole(join(out, "system.json"), new TextEncoder().encode(`${JSON.stringify(document, undefined, 2)}\n`));
  return writeTables(join(out, "tables"), tables);
}
