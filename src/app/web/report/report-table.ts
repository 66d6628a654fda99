/** A report as a table: a row a picture and class, and one for a picture without scores. */
import { type Cell, csvOf, type Table } from "../../../systems/table.ts";
import type { ReportDocument, ReportedClass, ReportedPicture } from "./report-document.ts";

/** CSV that a spreadsheet takes for text and numbers, whatever files and classes are called. */
export const reportCsv = (document: ReportDocument): string =>
  csvOf(reportTable(document).map((row) => Object.fromEntries(Object.entries(row).map(([column, value]) => [column, inert(value)]))));

/** All that is said, a cell each; what does not apply is empty. */
export const reportTable = (document: ReportDocument): Table =>
  document.results.flatMap((picture): Table => {
    const rows = picture.predictions.length > 0 ? picture.predictions : [undefined];
    return rows.map((one) => ({
      ...pictureCells(picture),
      ...classCells(one, document),
      ...remarkCells(picture),
      ...originCells(document),
    }));
  });

const pictureCells = ({ file, status }: ReportedPicture): Record<string, Cell> => ({ file, status });

const classCells = (one: ReportedClass | undefined, { isProbability, notSureWithin }: ReportDocument): Record<string, Cell> => ({
  class: one?.label ?? "",
  [isProbability ? "probability" : "value"]: one?.score ?? "",
  threshold: one?.threshold?.value ?? "",
  threshold_from: one?.threshold?.from ?? "",
  not_sure_within: one?.threshold ? notSureWithin : "",
  verdict: one?.verdict ?? "",
});

const remarkCells = ({ withheld, findings, notes, problem, vote, milliseconds }: ReportedPicture): Record<string, Cell> => ({
  withheld: withheld?.reason ?? "",
  problem: problem ?? "",
  findings: findings.map(({ message }) => message).join("; "),
  notes: notes.join("; "),
  neighbours_vote: vote?.label ?? "",
  network_ms: milliseconds?.run ?? "",
});

const originCells = ({ model, version, adapter, browser, created }: ReportDocument): Record<string, Cell> => ({
  model: model.name,
  network: model.arch,
  model_sha256: model.sha256,
  roentgen: version,
  adapter,
  browser,
  time: created,
});

/** A spreadsheet takes a text that begins so for a formula and runs it; with an apostrophe before it, it does not (OWASP, CSV injection). */
const inert = (value: Cell): Cell => (typeof value === "string" && /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value);
