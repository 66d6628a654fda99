/** What is told of an evaluation: accuracy as it is defined, and within each source over the classes that it has. */
import { expect, test } from "vitest";
import { readDescription } from "../../src/models/description.ts";
import { accuracy, balancedAccuracy, predictedClasses } from "../../src/statistics/confusion.ts";
import { tensor } from "../../src/tensor.ts";
import { confusionOf, metricsOf, modeOf } from "../../src/training/metrics.ts";
import { reportOf } from "../../src/training/report.ts";
import { datasetOf } from "./films.ts";

const description = (arch: string, classes: readonly string[], channels: number) =>
  readDescription({ arch, classes: JSON.stringify(classes), input: JSON.stringify({ size: 32, channels }) }, "test");
const rowsOf = (rows: readonly (readonly number[])[]) => tensor([rows.length, rows[0].length], Float32Array.from(rows.flat()));

test("accuracy counts films, balanced accuracy the classes that there are films of", () => {
  const dataset = datasetOf(["a", "b", "c"], [{ label: 0 }, { label: 0 }, { label: 0 }, { label: 1 }]);
  const rows = rowsOf([
    [2, 1, 0],
    [2, 2, 0],
    [0, 1, 2],
    [0, 3, 1],
  ]);
  expect([...predictedClasses(rows.data, 3)]).toEqual([0, 0, 2, 1]);
  const confusion = confusionOf(dataset, predictedClasses(rows.data, 3));
  expect(confusion).toEqual([
    [2, 0, 1],
    [0, 1, 0],
    [0, 0, 0],
  ]);
  expect(accuracy(confusion)).toBe(3 / 4);
  expect(balancedAccuracy(confusion)).toBe((2 / 3 + 1) / 2);
  expect(metricsOf(description("resnet18", dataset.classes, 3), dataset, { loss: 0.5, rows })).toEqual({
    loss: 0.5,
    accuracy: 3 / 4,
    balancedAccuracy: (2 / 3 + 1) / 2,
  });
});

test("losses and errors are better when lower, all else when higher", () => {
  expect(["loss", "rootMeanSquaredError", "dice", "balancedAccuracy"].map(modeOf)).toEqual(["min", "min", "max", "max"]);
});

test("within a source only its own classes are compared, and the two screening sets count as one", () => {
  const classes = ["covid", "normal", "tuberculosis"];
  // 10 films a class in each half of one source; in the other, of a class too few films and one class alone.
  const sources = [
    ...Array.from({ length: 20 }, (_, i) => ({ label: 1 + (i % 2), tags: { source: i < 10 ? "shenzhen" : "montgomery" } })),
    ...Array.from({ length: 14 }, (_, i) => ({ label: i < 9 ? 0 : 1, tags: { source: "elsewhere" } })),
  ];
  const dataset = datasetOf(classes, sources);
  // Every film is called covid first, then what it is, but for one of tuberculosis.
  const rows = rowsOf(sources.map(({ label }, i) => [9, label === 1 || i === 1 ? 2 : 0, label === 2 ? 1 : 0]));
  const { films, parts, confusion } = reportOf(description("resnet18", classes, 3), dataset, { loss: 1, rows });
  expect([films, confusion?.[2]]).toEqual([34, [10, 0, 0]]);
  expect(parts).toEqual([
    { name: "source shenzhen+montgomery", films: 20, classes: ["normal", "tuberculosis"], balancedAccuracy: (1 + 0.9) / 2, amongAll: 0 },
  ]);
});

test("masks are told apart by their convention and their source", () => {
  const dataset = datasetOf(
    [],
    [
      { tags: { convention: "fields", source: "x" } },
      { tags: { convention: "heart", source: "x" } },
      { tags: { convention: "heart", source: "y" } },
    ],
  );
  const { metrics, parts } = reportOf(description("unet", ["lung"], 1), dataset, { loss: 1, rows: rowsOf([[0.5], [0.75], [1]]) });
  expect(metrics).toEqual({ loss: 1, dice: 0.75 });
  expect(parts.map(({ name, films, dice }) => [name, films, dice])).toEqual([
    ["convention fields", 1, 0.5],
    ["convention heart", 2, 0.875],
    ["source x", 2, 0.625],
    ["source y", 1, 1],
  ]);
});
