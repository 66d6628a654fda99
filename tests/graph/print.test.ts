/** A printed graph counts as papers do, adds up, and needs neither a device nor values. */
import { describe, expect, test } from "vitest";
import { leastProfile } from "../../src/gpu/profile.ts";
import { formatLaunches, formatSummary, formatTable, type GraphSummary, macsOf, summaryOf } from "../../src/graph/print.ts";
import { relu } from "../../src/kernels/activation.ts";
import { concat } from "../../src/kernels/concat.ts";
import { conv2d } from "../../src/kernels/conv2d.ts";
import { globalAvgPool } from "../../src/kernels/global-avg-pool.ts";
import { linear } from "../../src/kernels/linear.ts";
import { input, named, parameter } from "../../src/kernels/op.ts";
import { networks } from "../../src/models/registry.ts";
import { declaredWeights } from "../../src/models/weights.ts";

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

function printed(name: string, size: number): GraphSummary {
  const weights = declaredWeights();
  const y = networks[name].build(weights, input("x", [1, networks[name].channels, size, size]));
  return summaryOf({ y }, { profile: leastProfile, parameters: weights.trainable });
}

const x = input("x", [1, 3, 8, 8]);
const stem = named(relu(conv2d(x, parameter("stem.weight", [8, 3, 3, 3]), parameter("stem.bias", [8]), { padding: 1 })), "stem");
const small = linear(globalAvgPool(stem), parameter("fc.weight", [2, 8]));

test("a node after fusion is a row, with what changes from run to run as its inputs", () => {
  const { nodes } = summaryOf({ small }, { profile: leastProfile });
  expect(nodes.map(({ name, op, inputs, shape }) => ({ name, op, inputs, shape }))).toEqual([
    { name: "x", op: "input", inputs: [], shape: [1, 3, 8, 8] },
    { name: "stem", op: "conv2dProduct", inputs: [[1, 3, 8, 8]], shape: [1, 8, 8, 8] },
    { name: undefined, op: "globalAvgPool", inputs: [[1, 8, 8, 8]], shape: [1, 8] },
    { name: undefined, op: "linear", inputs: [[1, 8]], shape: [1, 2] },
  ]);
  expect(nodes.map(({ launches }) => launches)).toEqual([[], ["conv2d-tile[main]"], ["global-avg-pool[main]"], ["linear[one_row]"]]);
  expect(nodes.map(({ macs }) => macs)).toEqual([0, 8 * 8 * 8 * 3 * 9, 0, 16]);
  expect(nodes.map(({ outputBytes }) => outputBytes)).toEqual([8 * 8 * 16, 8 * 8 * 2 * 16, 32, 16]);
});

test("in f16 the output takes half the bytes", () => {
  const { nodes } = summaryOf({ small }, { profile: leastProfile, precision: "f16" });
  expect(nodes.map(({ outputBytes }) => outputBytes)).toEqual([8 * 8 * 8, 8 * 8 * 2 * 8, 16, 8]);
});

test("what counts as a parameter is the caller's choice, all the graph has by default", () => {
  const parametersOf = ({ nodes }: GraphSummary) => nodes.map(({ parameters }) => parameters);
  const trained = [stem.inputs[0].inputs[1], small.inputs[1]];
  expect(parametersOf(summaryOf({ small }, { profile: leastProfile, parameters: trained }))).toEqual([0, 8 * 27, 0, 16]);
  expect(parametersOf(summaryOf({ small }, { profile: leastProfile }))).toEqual([0, 8 * 27 + 8, 0, 16 + 2]);
});

test("a parameter that two nodes share counts once", () => {
  const shared = parameter("w", [4, 4]);
  const twice = linear(relu(linear(input("x", [1, 4]), shared)), shared);
  expect(summaryOf({ twice }, { profile: leastProfile, parameters: [shared] }).totals.parameters).toBe(16);
});

test("values that are written in place launch nothing of their own", () => {
  const y = concat([relu(input("a", [1, 4, 2, 2])), relu(input("b", [1, 4, 2, 2]))]);
  const { nodes, totals } = summaryOf({ y }, { profile: leastProfile });
  expect(nodes.at(-1)).toMatchObject({ op: "concat", launches: [] });
  expect(totals.launches).toBe(2);
});

describe.each<[name: string, size: number, parameters: number, macs?: number, run?: number]>([
  ["resnet18", 224, 11_689_512, 1_814_073_344],
  // Its transitions average before their convolution instead of after it, and so multiply a quarter as often.
  ["densenet121", 224, 7_978_856, 2_834_161_664, 2_602_950_656],
  ["mobilenet_v2", 224, 3_504_872, 300_774_272],
  ["unet", 64, 31_036_481],
])("%s at %i px", (name, size, parameters, macs, run = macs) => {
  const { nodes, launches, totals } = printed(name, size);

  test("has the parameters and multiply–adds of its paper", () => {
    expect(totals.parameters).toBe(parameters);
    if (macs !== undefined) expect(totals.macs).toBe(macs);
  });

  test("its rows add up to its totals", () => {
    expect(sum(nodes.map((node) => node.parameters))).toBe(totals.parameters);
    expect(sum(nodes.map((node) => node.macs))).toBe(run ?? totals.macs);
    expect(sum(nodes.map(({ launches }) => launches.length))).toBe(totals.launches);
  });

  test("lists its launches as its totals count them", () => {
    expect(launches.filter(({ runs }) => runs === "every time")).toHaveLength(totals.launches);
    expect(launches.filter(({ runs }) => runs === "once")).toHaveLength(totals.launchesOnce);
    expect(new Set(launches.map(({ kernel, overrides }) => JSON.stringify([kernel, overrides]))).size).toBe(totals.pipelines);
  });
});

test("the multiply–adds of a graph count a shared node once", () => {
  const shared = linear(input("x", [1, 4]), parameter("w", [4, 4]));
  expect(macsOf([relu(shared), shared])).toBe(16);
});

test("a table has a row a node and the totals below", () => {
  expect(formatSummary(summaryOf({ small }, { profile: leastProfile })).split("\n")).toEqual([
    "stage  op             inputs        output        parameters  M MACs  KiB  launches",
    "x      input                        [1, 3, 8, 8]           0       0  1.0",
    "stem   conv2dProduct  [1, 3, 8, 8]  [1, 8, 8, 8]         224    0.01  2.0  conv2d-tile[main]",
    "       globalAvgPool  [1, 8, 8, 8]  [1, 8]                 0       0  0.0  global-avg-pool[main]",
    "       linear         [1, 8]        [1, 2]                18    0.00  0.0  linear[one_row]",
    "",
    "parameters     242",
    "multiply–adds  0.01 M",
    "launches       3 a run, 1 once",
    "pipelines      4",
    "weights        0.0 MiB",
    "activations    0.0 MiB in 2 buffers, 0.0 MiB alive at once",
  ]);
});

test("launches are listed in the order in which they run, with their buffers by number", () => {
  const rows = formatLaunches(summaryOf({ small }, { profile: leastProfile })).split("\n");
  expect(rows.map((row) => row.replace(/\s+/g, " "))).toEqual([
    "runs stage op kernel overrides workgroups buffers",
    "once packFilters pack-filters[conv] 2 × 1 4 0",
    "every time stem conv2dProduct conv2d-tile[main] 1 × 1 × 1 6 0 1 1 5",
    "every time globalAvgPool global-avg-pool[main] 1 × 1 5 6",
    "every time linear linear[one_row] 1 × 1 6 2 3 5",
  ]);
});

test("columns are as wide as their widest cell, numbers stand on the right", () => {
  expect(
    formatTable(
      ["name", "size"],
      [
        ["a", "1"],
        ["long name", "1,000"],
      ],
      [1],
    ),
  ).toBe("name        size\na              1\nlong name  1,000");
  expect(
    formatTable(
      [],
      [
        ["a", "b"],
        ["cc", "d"],
      ],
    ),
  ).toBe("a   b\ncc  d");
});
