/** How a model is to be judged, as typed. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Precision } from "../gpu/layout.ts";
import { systems } from "../systems/systems.ts";
import { condition, list } from "./arguments.ts";
import { type SharedOptions, wholeNumber } from "./command-line.ts";
import type { ThresholdChoice } from "./evaluation/judge.ts";

export interface EvaluateOptions extends SharedOptions {
  readonly model?: readonly string[];
  readonly scores?: readonly string[];
  readonly system?: string;
  readonly lungModel?: string;
  readonly precision: Precision;
  readonly label: string;
  readonly where?: Readonly<Record<string, readonly string[]>>;
  readonly split: string;
  readonly chooseOn: string;
  readonly clinical?: readonly string[];
  readonly positive?: readonly string[];
  readonly threshold: readonly ThresholdChoice[];
  readonly prevalence: readonly number[];
  readonly by: readonly string[];
  readonly source: string;
  readonly batch: number;
  readonly resamples: number;
  readonly report?: string;
  readonly audit: boolean;
  readonly mask?: string;
  /** Mistakes of each kind and class in the report's gallery; false for none. */
  readonly gallery: number | false;
  readonly json: boolean;
}

/** Adds all but those that every program takes. */
export function withEvaluateOptions(command: Command): Command {
  return command
    .option("--model <name|file,…>", "shipped models, files, or ids of the hub; several are compared on the same films", list)
    .addOption(
      new Option("--scores <file,…>", "tables of scores instead of models: columns file and P(class), as --report writes them")
        .argParser(list)
        .conflicts("model"),
    )
    .option(
      "--system <name>",
      `judges folders of \`train --system\` (--model) by the rules of their paper too: ${Object.keys(systems).join(", ")}`,
    )
    .option("--lung-model <name|file>", "who finds the lungs, for models that see film and lungs; by default who did in training")
    .addOption(new Option("--precision <type>", "how values are stored on the GPU; sums are f32").choices(["f32", "f16"]).default("f32"))
    .option("--label <column>", "the manifest's column with the class, in the model's names", "label")
    .option("--clinical <a,b,…>", "the columns with the numbers that a model reads beside films, in its names", list)
    .option("--where <column=a,b>", "only rows with one of these texts; may be repeated", condition)
    .option("--split <name>", "the films to judge on, by the manifest's column split", "test")
    .option("--choose-on <name>", "the films that thresholds are chosen on", "val")
    .option("--positive <class,…>", "the classes that are told from all others; by default each in turn", list)
    .option(
      "--threshold <rule|number,…>",
      "youden, f1, sensitivity>=0.95, specificity>=0.9, ppv>=0.5: chosen on other films; a number is fixed",
      thresholds,
      ["youden"] as readonly ThresholdChoice[],
    )
    .option("--prevalence <share,…>", "how common a class is where PPV and NPV are wanted", shares, [0.01, 0.1] as readonly number[])
    .option("--by <column,…>", "columns that results are told apart by", list, [] as readonly string[])
    .option("--source <column>", "the column that says where a film comes from; results within each source are always shown", "source")
    .option("--batch <n>", "pictures a run", wholeNumber(1), 8)
    .option("--resamples <n>", "of the bootstrap, which draws patients where they are named", wholeNumber(100), 2000)
    .option("--report <folder>", "where a page, charts and tables are written; must be new or empty")
    .addOption(
      new Option("--audit", "also with the lungs hidden and with the border alone, and whether features tell the source")
        .default(false)
        .conflicts("scores"),
    )
    .option("--mask <column>", "the column with lung masks for --audit; by default lungs-unet16 draws them")
    .option(
      "--gallery <n>",
      "the worst mistakes of each kind and class in the report: film, heat map, most alike training films",
      wholeNumber(1),
      4,
    )
    .option("--no-gallery", "no pictures of films in the report")
    .option("--json", "one JSON document on stdout", false);
}

/** A rule, or a number that is taken as it is. */
function thresholds(text: string): readonly ThresholdChoice[] {
  return list(text).map((item): ThresholdChoice => {
    if (item === "youden" || item === "f1") return item;
    const [, index, share] = /^(sensitivity|specificity|ppv)(?:>=|≥)([\d.]+)$/.exec(item) ?? [];
    const least = Number(share);
    if (index !== undefined && least > 0 && least <= 1) return { [index]: least } as Exclude<ThresholdChoice, number | string>;
    const fixed = Number(item);
    if (Number.isFinite(fixed)) return fixed;
    throw new InvalidArgumentError(`${item} is none of youden, f1, sensitivity>=x, specificity>=x, ppv>=x (x up to 1) or a number.`);
  });
}

function shares(text: string): readonly number[] {
  return list(text).map((item) => {
    const value = Number(item);
    if (!(value > 0 && value < 1)) throw new InvalidArgumentError(`a share between 0 and 1 is needed, got ${item}.`);
    return value;
  });
}
