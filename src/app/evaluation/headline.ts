/** The headline of an evaluation, with what speaks against it in the same table. */
import { isDefined, type Statistic, statisticText } from "../../statistics/not-defined.ts";
import type { Audit, HiddenPart, Shown } from "./audit.ts";
import { macroArea, type OneClass, type Within } from "./groups.ts";
import type { ReportTable } from "./table.ts";
import { methodsOf, short } from "./tables.ts";

/**
 * A row for the whole films, one for each source within which classes are told apart, and with an audit those of hidden parts, of the
 * source and of leaks; each with a sentence that says what it means.
 */
export function headlineTable(
  whole: Shown,
  classes: number,
  within: readonly (Within | OneClass)[],
  audit: Audit | undefined,
  source: string,
): ReportTable {
  const told = within.filter((part): part is Within => "classes" in part);
  const chance = 1 / classes;
  const hiddenRow = (name: string, { hidden, whole: same, leftOut }: HiddenPart): string[] => [
    name,
    String(hidden.films),
    short(hidden.balancedAccuracy),
    chance.toFixed(3),
    statisticText(hidden.area),
    [
      hiddenMeaning(hidden.balancedAccuracy.value, same.balancedAccuracy.value, chance),
      ...(leftOut > 0 ? [`${leftOut} films are left out`] : []),
    ].join("; "),
  ];
  return {
    title: "Headline, and what speaks against it",
    columns: ["what is shown", "films", "balanced accuracy", "by chance", "mean area under ROC", "what it means"],
    rows: [
      [
        "whole films",
        String(whole.films),
        short(whole.balancedAccuracy),
        chance.toFixed(3),
        statisticText(whole.area),
        wholeMeaning(told, within),
      ],
      ...told.map((part) => [
        `whole films of ${part.source}`,
        String(part.films),
        short(part.balancedAccuracy),
        (1 / part.classes.length).toFixed(3),
        "value" in part.area ? statisticText(part.area.value) : statisticText(macroArea(part.area)),
        `${part.classes.map(({ name }) => name).join(" against ")}, where the ${source} cannot help`,
      ]),
      ...(audit
        ? [
            hiddenRow("lungs hidden", audit.lungsHidden),
            hiddenRow("border alone", audit.borderOnly),
            sourceRow(audit, source),
            leakRow(audit),
          ]
        : []),
    ],
    notes: [
      ...methodsOf([whole.balancedAccuracy, ...told.map(({ balancedAccuracy }) => balancedAccuracy)]),
      ...(audit ? [] : ["Not audited for shortcuts (--audit)."]),
    ],
  };
}

function wholeMeaning(told: readonly Within[], all: readonly (Within | OneClass)[]): string {
  if (all.length === 0) return "where films come from is not known, so that this may be told by their place";
  if (told.length === 0) return "no source has films of two classes: this cannot be told from telling sources apart";
  return "all sources together: telling sources apart helps here";
}

/** How much of what is gained over chance is left. */
function hiddenMeaning(hidden: Statistic, whole: Statistic, chance: number): string {
  if (!isDefined(hidden) || !isDefined(whole)) return "not defined";
  if (whole <= chance) return "whole films are told no better than by chance";
  const share = Math.max(0, (hidden - chance) / (whole - chance));
  return `${(100 * share).toFixed(0)} % of the gain over chance on the same whole films (${whole.toFixed(3)}) is there without what is hidden`;
}

function sourceRow({ source: found }: Audit, source: string): string[] {
  if (!isDefined(found)) return [`${source}, from the features`, "", `not defined: ${found.notDefined}`, "", "", ""];
  const best = [found.nearestNeighbours, found.nearestMean].filter(isDefined<number>);
  const told = best.length > 0 ? Math.max(...best).toFixed(3) : "not defined";
  return [
    `${source}, from the features`,
    String(found.testFilms),
    statisticText(found.nearestNeighbours),
    found.chance.toFixed(3),
    "",
    `the model's features tell ${found.sources.length} places with ${told} (nearest mean ${statisticText(found.nearestMean)}); knowing the right class alone gives ${statisticText(found.byClass)}`,
  ];
}

function leakRow({ leaks }: Audit): string[] {
  const kinds = [...new Set(leaks.map(({ kind }) => kind))];
  const counts = kinds.map((kind) => `${kind} ${leaks.filter((leak) => leak.kind === kind).length}`).join(", ");
  return [
    "leaks between sets",
    "",
    String(leaks.length),
    "",
    "",
    leaks.length === 0
      ? "no patient, group, file or nearly same picture is in two sets"
      : `films are in two sets (${counts}): scores are too high`,
  ];
}
