/** A log reads back, and its picture shows every number that is in it. */
import { describe, expect, test } from "vitest";
import { learningCurve } from "../../src/training/learning-curve.ts";
import { type EpochRecord, logLine, readLog } from "../../src/training/log.ts";

const record = (epoch: number, more: Partial<EpochRecord> = {}): EpochRecord => ({
  epoch,
  steps: 10 * (epoch + 1),
  lr: 0.001 * 0.5 ** epoch,
  train: { loss: 1 / (epoch + 1), balancedAccuracy: 0.5 + 0.1 * epoch },
  val: { loss: 1.1 / (epoch + 1), balancedAccuracy: 0.4 + 0.1 * epoch },
  imagesPerSecond: 123.5,
  elapsedMs: 4000,
  isBest: epoch === 2,
  ...more,
});
const records = [0, 1, 2, 3].map((epoch) => record(epoch));

describe("a log", () => {
  test("reads back as it was written, and without validation", () => {
    const { val: _, ...unvalidated } = record(4);
    const all = [...records, unvalidated];
    expect(readLog(all.map(logLine).join(""), "log.jsonl")).toEqual(all);
    expect(readLog("", "log.jsonl")).toEqual([]);
  });

  test("of a training that was taken up again has each epoch once, as it was written last", () => {
    const again = record(2, { elapsedMs: 1 });
    const text = [...records.slice(0, 3), again, records[3]].map(logLine).join("");
    expect(readLog(text, "log.jsonl")).toEqual([records[0], records[1], again, records[3]]);
  });

  test("of a training that was cut off lacks its last line; any other bad line is refused", () => {
    const text = records.map(logLine).join("");
    expect(readLog(text.slice(0, -20), "log.jsonl")).toEqual(records.slice(0, 3));
    expect(() => readLog(`${logLine(records[0])}oops\n${logLine(records[1])}`, "log.jsonl")).toThrow(
      'log.jsonl: line 2 is no record of an epoch: "oops"',
    );
    expect(() => readLog('{"a":1}\n', "log.jsonl")).toThrow("log.jsonl: line 1 is no record of an epoch");
  });

  test("keeps a loss that is no number as one", () => {
    const [read] = readLog(logLine(record(0, { train: { loss: Number.NaN } })), "log.jsonl");
    expect(read.train.loss).toBeNaN();
  });
});

describe("a learning curve", () => {
  const svg = learningCurve(records, "ResNet-18 <cxr> & more");
  const paths = [...svg.matchAll(/<path d="([^"]*)"/g)].map(([, commands]) => commands);

  test("has a panel for each number and the rate, named axes, and the best epoch", () => {
    expect(svg.match(/font-weight="bold">[^<]*/g)).toEqual([
      'font-weight="bold">loss',
      'font-weight="bold">balanced accuracy',
      'font-weight="bold">learning rate',
    ]);
    expect(svg.match(/>epoch</g)).toHaveLength(3);
    expect(svg.match(/>best</g)).toHaveLength(3);
    expect(svg.match(/>(train|validation|rate)</g)).toEqual([">train<", ">validation<", ">train<", ">validation<", ">rate<"]);
    expect(svg).toContain("ResNet-18 &lt;cxr&gt; &amp; more");
    expect(svg.match(/>\d(\.\d)?e-\d</g)?.slice(0, 2)).toEqual([">1e-4<", ">1.6e-4<"]);
  });

  test("draws every value once, from left to right, losses downwards and accuracies upwards", () => {
    expect(paths).toHaveLength(5);
    for (const [i, commands] of paths.entries()) {
      const points = [...commands.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
      expect(points).toHaveLength(4);
      for (let k = 1; k < 4; k++) {
        expect(points[k][0]).toBeGreaterThan(points[k - 1][0]);
        if (i === 2 || i === 3) expect(points[k][1]).toBeLessThan(points[k - 1][1]);
        else expect(points[k][1]).toBeGreaterThan(points[k - 1][1]);
      }
    }
  });

  test("leaves gaps for what is no number, shows a value that stands alone, and can be drawn of one epoch or none", () => {
    const gap = learningCurve([record(0), record(1, { train: { loss: Number.NaN } }), record(2)]);
    expect(gap).toContain("<circle");
    expect(gap).not.toContain("NaN");
    for (const few of [learningCurve([]), learningCurve([record(0)])]) {
      expect(few).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
      expect(few).not.toMatch(/NaN|Infinity/);
    }
  });
});
