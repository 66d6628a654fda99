/** The report's page needs nothing but itself, and its charts show the numbers they are drawn from. */
import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { chartsOf } from "../../../src/app/evaluation/charts.ts";
import { reportPage } from "../../../src/app/evaluation/page.ts";
import { random } from "../../../src/random.ts";
import { binaryReport } from "../../../src/statistics/binary-report.ts";
import { fixedThreshold } from "../../../src/statistics/threshold.ts";

const labels = Array.from({ length: 40 }, (_, i) => i % 2);
const scores = labels.map((label, i) => Math.min(1, 0.6 * random(3, i) + 0.3 * label));
const groups = labels.map((label) => (label === 1 ? "covid" : "normal"));
const drawn = (values: readonly number[], of: readonly number[]) => {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const report = binaryReport(values, of, { thresholds: [fixedThreshold(0.5, "a test")], resamples: 100 });
  return chartsOf(document, { positive: "covid", report, scores: values, groups });
};

test("every chart is one SVG document with its caption, and without a number that is none", () => {
  const charts = drawn(scores, labels);
  expect(charts.map(({ name }) => name)).toEqual(["roc", "precision-recall", "reliability", "histogram", "decision-curve"]);
  for (const { svg, caption } of charts) {
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(caption).toContain("covid");
  }
  expect(charts[0].caption).toMatch(/95%: .*DeLong/);
});

test("what is not defined is not drawn", () => {
  expect(
    drawn(
      scores,
      labels.map(() => 0),
    ).map(({ name }) => name),
  ).toEqual(["reliability", "histogram"]);
});

test("a page loads nothing and runs nothing, and text stays text", () => {
  const section = { title: "<script>x</script>", tables: [{ title: "t", columns: ["a"], rows: [["<b>"]] }] };
  const mistake = {
    ...({ kind: "positive", positive: "covid", film: "a&b.png", truth: "normal", score: 0.9, picture: "AAAA", heatMap: "BBBB" } as const),
    neighbours: [{ film: "<c>.png", truth: "covid", distance: 0.25, picture: "CCCC" }],
  };
  const charts = { overview: [], classes: [{ positive: "covid", charts: drawn(scores, labels) }] };
  const html = reportPage(
    { title: "films", facts: [["data", "films.csv"]] },
    [{ section, charts, mistakes: [mistake], card: "# card" }],
    [],
  );
  expect(html).not.toMatch(/<script|<link|src="(?!data:)|href="(?!#)|url\((?!#)|@import/);
  const { document } = parseHTML(html);
  expect([document.querySelectorAll("svg").length, document.querySelectorAll("img").length]).toEqual([5, 3]);
  expect(document.querySelector(".films span")?.textContent).toBe("covid 0.250");
  expect([document.querySelector("h2")?.textContent, document.querySelector("td")?.textContent]).toEqual(["<script>x</script>", "<b>"]);
  expect(document.querySelector("pre")?.textContent).toBe("# card");
});
