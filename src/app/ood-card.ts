/** The part of a model's card about pictures that it cannot judge. */
import { readBytes, type Source } from "../bytes.ts";
import type { OutOfDistribution } from "../models/out-of-distribution/description.ts";
import { type Measure, measures } from "../models/out-of-distribution/description.ts";
import type { OodReport, Withholding } from "./ood-report.ts";

const TITLE = "## Pictures that it does not answer";

const names: Readonly<Record<Measure, string>> = { mahalanobis: "Mahalanobis", knn: "nearest films", energy: "energy" };

/** Markdown: the thresholds, what is withheld of films and of outliers, and the separation of each measure. */
export function oodSection(
  { stages, thresholds, neighbour }: OutOfDistribution,
  { data, reject, films, tested, outliers }: OodReport,
): string {
  const used = measures.filter((measure) => thresholds[measure] !== undefined);
  const [all, ...parts] = tested;
  const byPart = parts.length > 0 ? ` (${parts.map((part) => `${part.name} ${rate(part)}`).join(", ")})` : "";
  const limits = used.map((measure) => `${names[measure]} ${Number(thresholds[measure]?.toPrecision(4))}`);
  const rows = outliers.map((row) => [
    row.name,
    `${row.withheld}/${row.pictures}`,
    ...used.map((measure) => `${row.separation[measure]?.auroc.toFixed(3)} / ${row.separation[measure]?.fpr95.toFixed(2)}`),
  ]);
  return [
    TITLE,
    "",
    `No score is given for a picture that is unlike the ${films.train} training films of ${data}, by the features of ${stages.join(", ")}${
      used.includes("knn") ? ` (distance to the ${ordinal(neighbour)} nearest of the stored ones)` : ""
    }, or by the logits' energy. Thresholds: ${limits.join(", ")}. They are fixed on ${films.val} validation films so that at most ${
      reject * 100
    } % are withheld, all measures together (${films.rejected} are).`,
    "",
    `Films withheld: ${rate(all)}${byPart}.`,
    "",
    "Outliers are drawn by formula or made from these films; no photographs were at hand, so that rates on real ones may differ. Per measure: area",
    "under the ROC curve, and the share of outliers that pass where 95 % of films do.",
    "",
    `| pictures | withheld | ${used.map((measure) => names[measure]).join(" | ")} |`,
    `| --- | --- |${used.map(() => " --- |").join("")}`,
    ...rows.map((row) => `| ${row.join(" | ")} |`),
  ].join("\n");
}

const rate = ({ withheld, pictures }: Withholding): string => `${withheld}/${pictures}`;
const ordinal = (n: number): string => (n === 1 ? "" : n === 2 ? "second" : n === 3 ? "third" : `${n}th`);

/** The card beside the model with the section in place of an older one, or a card that is the section alone. */
export async function cardWith(section: string, model: Source, name: string): Promise<string> {
  const card =
    (await cardBeside(model)) ?? `# ${name}\n\n**Research and demonstration only: not a medical device, not for clinical use.**\n`;
  const parts = card.split(/^(?=## )/m).filter((part) => !part.startsWith(TITLE));
  const place = parts.findIndex((part) => part.startsWith("## Known failures"));
  parts.splice(place < 0 ? parts.length : place, 0, `${section}\n\n`);
  return `${parts.map((part) => part.trimEnd()).join("\n\n")}\n`;
}

async function cardBeside(model: Source): Promise<string | undefined> {
  const path = model instanceof URL ? model.href : String(model);
  const beside = path.replace(/\.safetensors$/i, ".md");
  if (beside === path) return undefined;
  try {
    return new TextDecoder().decode(await readBytes(model instanceof URL ? new URL(beside) : beside));
  } catch {
    return undefined;
  }
}
