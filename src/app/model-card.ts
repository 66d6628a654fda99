/** The card of a model: what its file says, for a person to read. */
import { readDescription } from "../models/description.ts";
import { sizeOf, type Tensor } from "../tensor.ts";
import type { EpochRecord } from "../training/log.ts";
import type { Report } from "../training/report.ts";

/** What of a training's configuration a reader asks first, in the order in which it is told. */
const settings = [
  ...["tool", "adapter", "init", "freeze", "optimizer", "lr", "momentum", "weightDecay", "maxNorm", "schedule", "batch", "accumulate"],
  ...["augment", "sampler", "loss", "classWeights", "labelSmoothing", "ema", "seed"],
];

/** Markdown. */
export function modelCard(
  name: string,
  metadata: Readonly<Record<string, string>>,
  values: ReadonlyMap<string, Tensor>,
  records: readonly EpochRecord[],
  report: Report | undefined,
): string {
  const { arch, task, classes, input, output } = readDescription(metadata, name);
  const training: Readonly<Record<string, unknown>> = JSON.parse(metadata.training ?? "{}");
  const best = records.findLast(({ isBest }) => isBest);
  const parameters = [...values].reduce((sum, [key, { shape }]) => (/\.running_(mean|var)$/.test(key) ? sum : sum + sizeOf(shape)), 0);
  const said = (...keys: readonly string[]) =>
    keys.flatMap((key) => (training[key] === undefined ? [] : [`${key} ${text(training[key])}`])).join(", ");
  const rows = [
    ["network", `${arch}, ${task}, ${parameters.toLocaleString("en")} parameters, stored as f32`],
    ["classes", classes.join(", ")],
    [
      "input",
      `${input.width} × ${input.height}, ${input.resize}, ${input.channels === 1 ? "1 channel" : `3 channels (${input.pseudoColour ?? input.colour})`}${
        input.clinical ? `, beside ${input.clinical.names.join(", ")}` : ""
      }`,
    ],
    ["output", output === "none" ? "as the network gives it" : output],
    ["data", said("data", "films", "label", "where")],
    ["trained with", said(...settings)],
    ["epochs", `${records.length}, the best of them number ${best?.epoch}`],
  ];
  return [
    `# ${name}`,
    "",
    "**Research and demonstration only: not a medical device, not for clinical use.**",
    "",
    "| | |",
    "| --- | --- |",
    ...rows.map(([key, value]) => `| ${key} | ${value} |`),
    "",
    ...(best?.val ? ["## Validation, best epoch", "", scores(best.val), ""] : []),
    ...(report ? testText(report, classes) : []),
  ].join("\n");
}

function testText({ films, metrics, confusion, parts }: Report, classes: readonly string[]): string[] {
  const lines = [`## Test, ${films} films`, "", scores(metrics), ""];
  if (confusion) {
    lines.push(`| is / taken for | ${classes.join(" | ")} |`, `| --- |${" --- |".repeat(classes.length)}`);
    for (const [label, row] of confusion.entries()) lines.push(`| ${classes[label]} | ${row.join(" | ")} |`);
    lines.push("");
  }
  if (parts.length > 0) {
    lines.push("Within the places that the films come from:", "", "| part | films | score |", "| --- | --- | --- |");
    for (const { name, films: count, classes: present, balancedAccuracy, amongAll, dice } of parts) {
      const score =
        balancedAccuracy === undefined
          ? `Dice ${dice?.toFixed(3)}`
          : `balanced accuracy ${balancedAccuracy.toFixed(3)} between ${present?.join(" and ")}; ${amongAll?.toFixed(3)} among all classes`;
      lines.push(`| ${name} | ${count} | ${score} |`);
    }
    lines.push("");
  }
  return lines;
}

const scores = (numbers: Readonly<Record<string, number>>): string =>
  Object.entries(numbers)
    .map(([name, value]) => `${name} ${value.toFixed(4)}`)
    .join(", ");

const text = (value: unknown): string => (typeof value === "object" ? JSON.stringify(value) : String(value));
