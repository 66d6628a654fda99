/** A report says of every picture what was shown, as a table that no spreadsheet runs, and as a document that says where it comes from. */
import { expect, test } from "vitest";
import { reportDocument, reportedPicture } from "../../../../src/app/web/report/report-document.ts";
import { reportCsv, reportTable } from "../../../../src/app/web/report/report-table.ts";
import type { Item } from "../../../../src/app/web/worklist.ts";
import { readCsv } from "../../../../src/loaders/csv.ts";

const milliseconds = { decode: 1, preprocess: 2, run: 3.5 };
const opened = {
  name: "tiny",
  arch: "squeezenet1_1",
  task: "classification",
  classes: ["normal", "covid", "flu"],
  isProbability: true,
  thresholds: { covid: 0.3 },
  methods: [],
  sizeBytes: 10,
  hash: "ab".repeat(32),
  metadata: {},
  adapter: "SwiftShader",
  times: { download: 0, selfTest: 0, compile: 0 },
} as const;
const circumstances = { version: "1.2.3", created: "2026-11-22T08:00:00.000Z", browser: "Browser 1" };
const judgement = { thresholds: { covid: 0.3, flu: 0.2 }, margin: 0.1 };

const itemOf = (name: string, rest: Partial<Item>): Item => ({ id: 1, name, source: name, status: "done", ...rest });
const scored: Item = itemOf("a.png", {
  result: {
    predictions: [
      { label: "normal", score: 0.7 },
      { label: "covid", score: 0.25 },
      { label: "flu", score: 0.05 },
    ],
    findings: [
      { name: "size", severity: "warn", message: "is small", value: 1, limit: 2 },
      { name: "blank", severity: "warn", message: 'is "blank", nearly', value: 1, limit: 2 },
    ],
    notes: ["frame 1 of 2"],
    milliseconds,
  },
});
const documentOf = (items: readonly Item[], model: Parameters<typeof reportDocument>[1] = opened) =>
  reportDocument(
    circumstances,
    model,
    judgement,
    items.map((item) => reportedPicture(item, model, judgement)),
  );
const cellsOf = (items: readonly Item[], model?: Parameters<typeof reportDocument>[1]) => {
  const { columns, rows } = readCsv(reportCsv(documentOf(items, model)), "report.csv");
  return rows.map((row) => Object.fromEntries(columns.map((column, place) => [column, row[place]])));
};

test("a row a class has its probability, its threshold and where that is from, and what is called or not sure", () => {
  const rows = cellsOf([scored]);
  expect(rows.map((row) => [row.class, row.probability, row.threshold, row.threshold_from, row.verdict])).toEqual([
    ["normal", "0.7", "0.5", "assumed", "positive"],
    ["covid", "0.25", "0.3", "model", "not sure"],
    ["flu", "0.05", "0.2", "set", "negative"],
  ]);
  for (const row of rows)
    expect(row).toMatchObject({
      file: "a.png",
      status: "scored",
      not_sure_within: "0.1",
      findings: 'is small; is "blank", nearly',
      notes: "frame 1 of 2",
      network_ms: "3.5",
      model: "tiny",
      network: "squeezenet1_1",
      model_sha256: opened.hash,
      roentgen: "1.2.3",
      adapter: "SwiftShader",
      browser: "Browser 1",
      time: circumstances.created,
    });
});

test("a picture without scores has one row, which says why", () => {
  const withheld = { reason: "unlike the films", measure: "energy", score: 2, threshold: 1 } as const;
  const rows = cellsOf([
    itemOf("b.png", { result: { predictions: [], withheld, milliseconds } }),
    itemOf("c.png", { status: "failed", problem: "is damaged" }),
    itemOf("d.png", { status: "working" }),
  ]);
  expect(rows.map((row) => [row.file, row.status, row.class, row.withheld, row.problem])).toEqual([
    ["b.png", "withheld", "", "unlike the films", ""],
    ["c.png", "failed", "", "", "is damaged"],
    ["d.png", "waiting", "", "", ""],
  ]);
});

test("a value that is no probability has no threshold and no verdict, and keeps its sign as a number", () => {
  const model = { ...opened, task: "regression", isProbability: false } as const;
  const rows = cellsOf([itemOf("a.png", { result: { predictions: [{ label: "crp", score: -1.5 }], milliseconds } })], model);
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ class: "crp", value: "-1.5", threshold: "", verdict: "", not_sure_within: "" });
  expect(rows[0]).not.toHaveProperty("probability");
});

test.each(["=HYPERLINK(1)", "+1", "-1+2", "@SUM(1)", "\t=1", "\r=1", "\n=1"])("a file called %j is no formula", (name) => {
  const [row] = cellsOf([itemOf(name, { status: "failed", problem: "=cmd|' /C calc'!A0" })]);
  expect(row.file).toBe(`'${name}`);
  expect(row.problem).toBe("'=cmd|' /C calc'!A0");
});

test("commas, quotes and line ends stay within their cell, and names that are harmless as they are", () => {
  const name = 'a "b", c\nd = e.png';
  expect(cellsOf([itemOf(name, { status: "failed" })])[0].file).toBe(name);
});

test("the document is the same as JSON, and says which model at which version", () => {
  const document = documentOf([scored]);
  expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  expect(document).toMatchObject({
    tool: "roentgen",
    version: "1.2.3",
    use: "Research use, not for clinical use.",
    model: { name: "tiny", sha256: opened.hash },
    results: [
      { file: "a.png", predictions: [{ label: "normal", threshold: { value: 0.5, from: "assumed" }, verdict: "positive" }, {}, {}] },
    ],
  });
  expect(reportTable(document)).toHaveLength(3);
});
