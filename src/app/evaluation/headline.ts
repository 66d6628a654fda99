/** The headline of an evaluation, with what speaks against it in the same table. */
import type { Estimate } from "../../statistics/estimate.ts";
import { isDefined, notDefined, type Statistic, statisticText } from "../../statistics/not-defined.ts";
import type { Audit, HiddenPart, Shown } from "./audit.ts";
import { macroArea, type OneClass, type Within } from "./groups.ts";
import type { ScoredFilms } from "./judge.ts";
import type { ReportTable } from "./table.ts";
import { methodsOf, short } from "./tables.ts";

/** What the headline is made of. */
export interface Headline {
  /** All test films, each shown whole; and those that the model answers, where it withholds any. */
  readonly whole: Shown;
  readonly answered?: Shown;
  readonly tied: number;
  readonly test: Pick<ScoredFilms, "classes" | "films">;
  readonly within: readonly (Within | OneClass)[];
  readonly audit?: Audit;
}

/** One line of it: how well something is told from something. */
export interface HeadlineRow {
  readonly kind: "whole" | "within" | "hidden" | "source";
  readonly name: string;
  readonly films: number;
  readonly balancedAccuracy: Estimate;
  readonly chance: number;
  readonly area?: Statistic;
  readonly meaning: string;
}

/**
 * A row for the whole films, one for each source within which classes are told apart, and with an audit those of hidden parts and of the
 * source; each with a sentence that says what it means.
 */
export function headlineRows({ whole, answered, test, within, audit }: Headline, source: string): HeadlineRow[] {
  const told = within.filter((part): part is Within => "classes" in part);
  const chance = 1 / test.classes.length;
  const hiddenRow = (name: string, { hidden, whole: same, leftOut }: HiddenPart): HeadlineRow => ({
    kind: "hidden",
    name,
    ...hidden,
    chance,
    meaning: [
      hiddenMeaning(hidden.balancedAccuracy.value, same.balancedAccuracy.value, chance),
      ...(leftOut > 0 ? [`${leftOut} films are left out`] : []),
    ].join("; "),
  });
  const withheld = (answers: Shown): HeadlineRow => ({
    kind: "whole",
    name: "whole films that it answers",
    ...answers,
    chance,
    meaning: `it withholds ${whole.films - answers.films} films as unlike those it was fitted on; all other rows count them`,
  });
  return [
    { kind: "whole", name: "whole films", ...whole, chance, meaning: wholeMeaning(told, within) },
    ...(answered ? [withheld(answered)] : []),
    ...told.map(
      (part): HeadlineRow => ({
        kind: "within",
        name: `whole films of ${part.source}`,
        films: part.films,
        balancedAccuracy: part.balancedAccuracy,
        chance: 1 / part.classes.length,
        area: "value" in part.area ? part.area.value : macroArea(part.area),
        meaning: `${part.classes.map(({ name }) => name).join(" against ")}, where the ${source} cannot help`,
      }),
    ),
    ...(audit ? [hiddenRow("lungs hidden", audit.lungsHidden), hiddenRow("border alone", audit.borderOnly), sourceRow(audit, source)] : []),
  ];
}

/** The rows as a table, and with an audit how many films are in two sets. */
export function headlineTable(headline: Headline, source: string): ReportTable {
  const { audit, tied, test } = headline;
  const rows = headlineRows(headline, source);
  return {
    title: "Headline, and what speaks against it",
    columns: ["what is shown", "films", "balanced accuracy", "by chance", "mean area under ROC", "what it means"],
    rows: [
      ...rows.map(({ name, films, balancedAccuracy, chance, area, meaning }) => [
        name,
        films > 0 ? String(films) : "",
        short(balancedAccuracy),
        films > 0 ? chance.toFixed(3) : "",
        area === undefined ? "" : statisticText(area),
        meaning,
      ]),
      ...(audit ? [leakRow(audit)] : []),
    ],
    notes: [
      ...methodsOf(rows.filter(({ kind }) => kind !== "source").map(({ balancedAccuracy }) => balancedAccuracy)),
      ...tiedNote(tied, test.films.length),
      ...(audit ? [] : ["Not audited for shortcuts (--audit)."]),
    ],
  };
}

/** What to say of films whose answer is a matter of the classes' order. */
const tiedNote = (tied: number, films: number): string[] =>
  tied > 0 ? [`Of ${tied} of ${films} films several classes have the highest score; the first of them counts as the answer.`] : [];

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

/** The better of two ways to read the source from the features, so that no reader takes the worse for all there is. */
function sourceRow({ source: found }: Audit, source: string): HeadlineRow {
  const row = { kind: "source", name: `${source}, from the features` } as const;
  if (!isDefined(found)) return { ...row, films: 0, balancedAccuracy: { value: found, interval: found }, chance: 0, meaning: "" };
  const { sources, testFilms, nearestNeighbours, nearestMean, byClass, chance } = found;
  const told = [nearestNeighbours, nearestMean].filter(isDefined<number>);
  const best = told.length > 0 ? Math.max(...told) : nearestNeighbours;
  return {
    ...row,
    films: testFilms,
    balancedAccuracy: { value: best, interval: notDefined("not computed") },
    chance,
    meaning:
      `the model's features tell ${sources.length} places (nearest neighbours ${statisticText(nearestNeighbours)}, nearest mean ` +
      `${statisticText(nearestMean)}); knowing the right class alone gives ${statisticText(byClass)}`,
  };
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
