/** The published systems by name. */
import { InputError } from "../bytes.ts";
import { nearestName } from "../models/nearest-name.ts";
import { apostolopoulos2020 } from "./apostolopoulos2020.ts";
import { keidar2021 } from "./keidar2021.ts";
import { liang2021 } from "./liang2021.ts";
import { minaee2020 } from "./minaee2020.ts";
import type { Choice, System } from "./system.ts";

export const systems: Readonly<Record<string, System>> = Object.fromEntries(
  [keidar2021, liang2021, minaee2020, apostolopoulos2020].map((system) => [system.name, system]),
);

/** @throws InputError for a name that there is not, with the nearest one. */
export const systemNamed = (name: string): System => systems[known("system", "systems", name, Object.keys(systems))];

/**
 * What is chosen of a system, its defaults where nothing is.
 * @throws InputError for a member or a variant that it does not have.
 */
export function choiceOf({ name, members, variants }: System, { member, variant, quick = false }: Partial<Choice>): Choice {
  const [firstMember] = Object.keys(members);
  const [firstVariant] = Object.keys(variants);
  return {
    member: member === undefined ? firstMember : known("member", `members of ${name}`, member, Object.keys(members)),
    variant: variant === undefined ? firstVariant : known("variant", `variants of ${name}`, variant, Object.keys(variants)),
    quick,
  };
}

/**
 * All that is chosen of a system: names with commas between them, or `all`.
 * @throws InputError for a member or a variant that it does not have.
 */
export function choicesOf(system: System, { member, variant, quick = false }: Partial<Choice>): Choice[] {
  const { together, quick: usual } = system;
  const listed = (given: string | undefined, all: readonly string[], quickly: readonly string[] | undefined) =>
    given === "all" ? all : given === undefined ? ((quick ? quickly : undefined) ?? [given]) : given.split(",").map((name) => name.trim());
  const members = listed(member, together?.members ?? Object.keys(system.members), usual?.members);
  const variants = listed(variant, together?.variants ?? Object.keys(system.variants), usual?.variants);
  return members.flatMap((of) => variants.map((way) => choiceOf(system, { member: of, variant: way, quick })));
}

function known(kind: string, all: string, name: string, names: readonly string[]): string {
  if (names.includes(name)) return name;
  const nearest = nearestName(name, names);
  throw new InputError(name, `no such ${kind}${nearest ? `, did you mean ${nearest}?` : `, the ${all} are ${names.join(", ")}`}`);
}
