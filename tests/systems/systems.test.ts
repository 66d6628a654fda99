/** Every system says what its paper did with a mark of certainty, and plans trainings that exist. */
import { describe, expect, test } from "vitest";
import { trainCommand } from "../../src/app/train.ts";
import { networks } from "../../src/models/registry.ts";
import { factList, marks } from "../../src/systems/fact.ts";
import { choiceOf, choicesOf, systemNamed, systems } from "../../src/systems/systems.ts";
import { lossNames } from "../../src/training/objective.ts";
import { recipes } from "../../src/training/recipes.ts";

describe.each(Object.values(systems))("$name", (system) => {
  const choices = Object.keys(system.members).flatMap((member) =>
    Object.keys(system.variants).flatMap((variant) => [true, false].map((quick) => ({ member, variant, quick }))),
  );

  test("marks every fact", () => {
    const facts = factList(system.facts);
    expect(facts.length).toBeGreaterThan(15);
    for (const { path, marks: given } of facts) {
      expect(given.length, path).toBeGreaterThan(0);
      for (const mark of given) expect(Object.keys(marks), path).toContain(mark);
    }
    // What goes into a file comes back.
    expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
  });

  test.each(choices)("plans $member, $variant, quick $quick in options of `train`", (choice) => {
    const { start, ...plan } = system.plan(choice);
    const options = trainCommand().options.map((option) => option.attributeName());
    expect(Object.keys(plan).filter((key) => !options.includes(key))).toEqual([]);
    const network = networks[plan.arch];
    const losses: readonly string[] = lossNames[network.task];
    expect([losses.includes(plan.loss), plan.augment in recipes]).toEqual([true, true]);
  });

  test("draws films of each class of a quick run", () => {
    const { films, patterns } = system.phantoms;
    expect(films).toBeGreaterThanOrEqual(9 * Object.keys(patterns).length);
  });
});

test("several are chosen by commas, or all that answer together; a quick run has its own", () => {
  const chosen = (name: string, given: Parameters<typeof choicesOf>[1]) =>
    choicesOf(systems[name], given).map(({ member, variant }) => `${member} ${variant}`);
  expect(chosen("keidar2021", {})).toEqual(["resnet34 new"]);
  expect(chosen("keidar2021", { member: "all" })).toEqual(["resnet34 new", "resnet50 new", "resnet152 new", "vgg16 new"]);
  expect(chosen("keidar2021", { quick: true })).toEqual(["resnet18 new", "resnet34 new"]);
  expect(chosen("keidar2021", { quick: true, member: "resnet50" })).toEqual(["resnet50 new"]);
  expect(chosen("apostolopoulos2020", { member: "seven,two", variant: "scratch" })).toEqual(["seven scratch", "two scratch"]);
  expect(() => choicesOf(systems.keidar2021, { member: "resnet18,resnet19" })).toThrow("resnet19: no such member");
});

test("names that there are not are told with the nearest", () => {
  expect(() => systemNamed("minae2020")).toThrow("minae2020: no such system, did you mean minaee2020?");
  expect(() => choiceOf(systems.minaee2020, { member: "resnet19" })).toThrow(/resnet19: no such member, did you mean resnet1/);
  expect(() => choiceOf(systems.minaee2020, { variant: "x" })).toThrow("x: no such variant, the variants of minaee2020 are paper, script");
  expect(choiceOf(systems.minaee2020, {})).toEqual({ member: "resnet18", variant: "paper", quick: false });
});
