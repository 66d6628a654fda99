/** A graph as people read it: a row a node after fusion and lowering, what it computes, and what it costs in work and memory. */
import { type Precision, storageBytes } from "../gpu/layout.ts";
import type { AdapterProfile } from "../gpu/profile.ts";
import { isInput, isParameter, type Launch, type Node } from "../kernels/op.ts";
import { type Shape, sizeOf } from "../tensor.ts";
import { topologicalOrder } from "./order.ts";
import { bytesOf, fixedNodes, type Plan, type Step } from "./plan.ts";
import { pipelinesOf, planFor } from "./program.ts";

export interface GraphSummary {
  /** In the order in which they run; what depends on parameters alone is not among them, since it runs once. */
  readonly nodes: readonly NodeSummary[];
  /** What runs once, and then what runs every time. */
  readonly launches: readonly LaunchSummary[];
  readonly totals: GraphTotals;
}

export interface NodeSummary {
  /** The stage that people ask for, where the node is one. */
  readonly name?: string;
  readonly op: string;
  /** Of the operands that change from run to run: not of weights. */
  readonly inputs: readonly Shape[];
  readonly shape: Shape;
  /** Elements of the weights that come in at this node; those that several nodes share count at the first. */
  readonly parameters: number;
  readonly macs: number;
  readonly outputBytes: number;
  /** shader[entry point] of each; none for a view, or for values that are written where they are wanted. */
  readonly launches: readonly string[];
}

export interface LaunchSummary {
  readonly runs: "once" | "every time";
  readonly name?: string;
  readonly op: string;
  /** shader[entry point] */
  readonly kernel: string;
  readonly overrides: Readonly<Record<string, number>>;
  readonly workgroups: readonly number[];
  /** Numbers of the buffers it binds, in the order of the shader's bindings; the last is usually the one it writes. */
  readonly buffers: readonly number[];
}

export interface GraphTotals {
  readonly parameters: number;
  /** Multiply–adds of the graph as it was built, counted as papers do. */
  readonly macs: number;
  /** Launches of every run, and those that run once at the start. */
  readonly launches: number;
  readonly launchesOnce: number;
  readonly pipelines: number;
  /** Weights as the kernels want them. */
  readonly parameterBytes: number;
  readonly activationBytes: number;
  /** Buffers that activations share. */
  readonly activationBuffers: number;
  /** The largest sum of activations alive at one step: no plan needs less. */
  readonly liveBytes: number;
}

export interface PrintOptions {
  readonly profile: AdapterProfile;
  readonly precision?: Precision;
  /** What counts as a parameter: all that the graph has, where it is not given; a network's `trainable`, as papers count. */
  readonly parameters?: Iterable<Node>;
}

/** What a graph becomes on an adapter, as a record that JSON can hold; no device is touched, and parameters need no values. */
export function summaryOf(outputs: Readonly<Record<string, Node>>, { profile, precision = "f32", parameters }: PrintOptions): GraphSummary {
  const plan = planFor(outputs, { precision }, profile);
  const order = topologicalOrder([...plan.outputs.values()].map(({ node }) => node));
  const fixed = fixedNodes(order);
  const uncounted = new Set(parameters ?? order.filter(isParameter));
  const launches = launchesOf(plan);
  const nodes = order
    .filter((node) => !fixed.has(node))
    .map((node): NodeSummary => {
      const weights = topologicalOrder(node.inputs.filter((input) => fixed.has(input)));
      return {
        name: isInput(node) ? node.attrs.name : node.name,
        op: node.op.name,
        inputs: node.inputs.filter((input) => !fixed.has(input)).map(({ shape }) => shape),
        shape: node.shape,
        parameters: sum(weights.filter((weight) => uncounted.delete(weight)).map(({ shape }) => sizeOf(shape))),
        macs: node.op.macs?.(node) ?? 0,
        outputBytes: storageBytes(node.shape, precision),
        launches: (launches.get(node) ?? []).map(launchName),
      };
    });
  return {
    nodes,
    launches: [...plan.once.map((step) => launchSummary("once", step)), ...plan.steps.map((step) => launchSummary("every time", step))],
    totals: {
      parameters: sum(nodes.map((node) => node.parameters)),
      macs: macsOf(Object.values(outputs)),
      launches: plan.steps.length,
      launchesOnce: plan.once.length,
      pipelines: pipelinesOf(plan, precision).length,
      parameterBytes: bytesOf(plan, "parameter", "fixed"),
      activationBytes: bytesOf(plan, "activation"),
      activationBuffers: plan.buffers.filter(({ kind }) => kind === "activation").length,
      liveBytes: plan.liveBytes,
    },
  };
}

/** Multiply–adds of all nodes that the outputs need, counted as papers do. */
export const macsOf = (outputs: Iterable<Node>): number => sum(topologicalOrder(outputs).map((node) => node.op.macs?.(node) ?? 0));

/** A summary as a table, a row a node, and the totals below it. */
export function formatSummary({ nodes, totals }: GraphSummary): string {
  const rows = nodes.map(({ name = "", op, inputs, shape, parameters, macs, outputBytes, launches }) => [
    name,
    op,
    inputs.map(brackets).join(" "),
    brackets(shape),
    count(parameters),
    millions(macs),
    kibibytes(outputBytes),
    repeated(launches),
  ]);
  const { parameters, macs, launches, launchesOnce, pipelines, parameterBytes, activationBytes, activationBuffers, liveBytes } = totals;
  return [
    formatTable(["stage", "op", "inputs", "output", "parameters", "M MACs", "KiB", "launches"], rows, [4, 5, 6]),
    "",
    formatTable(
      [],
      [
        ["parameters", count(parameters)],
        ["multiply–adds", `${millions(macs)} M`],
        ["launches", `${count(launches)} a run, ${count(launchesOnce)} once`],
        ["pipelines", count(pipelines)],
        ["weights", `${mebibytes(parameterBytes)} MiB`],
        [
          "activations",
          `${mebibytes(activationBytes)} MiB in ${count(activationBuffers)} buffers, ${mebibytes(liveBytes)} MiB alive at once`,
        ],
      ],
    ),
  ].join("\n");
}

/** The launches of a summary as a table, in the order in which they run. */
export const formatLaunches = ({ launches }: GraphSummary): string =>
  formatTable(
    ["runs", "stage", "op", "kernel", "overrides", "workgroups", "buffers"],
    launches.map(({ runs, name = "", op, kernel, overrides, workgroups, buffers }) => [
      runs,
      name,
      op,
      kernel,
      Object.entries(overrides)
        .map(([override, value]) => `${override}=${value}`)
        .join(" "),
      workgroups.join(" × "),
      buffers.join(" "),
    ]),
  );

/** Rows under their headings in columns that fit, those of numbers on the right edge. */
export function formatTable(headings: readonly string[], rows: readonly (readonly string[])[], numbers: readonly number[] = []): string {
  const lines = headings.length > 0 ? [headings, ...rows] : rows;
  const widths = lines.reduce<number[]>((widest, line) => line.map((cell, i) => Math.max(widest[i] ?? 0, cell.length)), []);
  return lines
    .map((line) =>
      line
        .map((cell, i) => (numbers.includes(i) ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** What a launch runs: shader[entry point]. */
const launchName = ({ shader, entryPoint = "main" }: Launch): string => `${shader}[${entryPoint}]`;

const launchSummary = (runs: LaunchSummary["runs"], { node, launch, bindings }: Step): LaunchSummary => ({
  runs,
  name: node.name,
  op: node.op.name,
  kernel: launchName(launch),
  overrides: launch.overrides ?? {},
  workgroups: launch.workgroups.filter((count) => count !== undefined),
  buffers: bindings.map(({ buffer }) => buffer),
});

function launchesOf({ steps }: Plan): Map<Node, Launch[]> {
  const launches = new Map<Node, Launch[]>();
  for (const { node, launch } of steps) launches.set(node, [...(launches.get(node) ?? []), launch]);
  return launches;
}

/** Each name once, with how often it comes. */
function repeated(names: readonly string[]): string {
  const times = new Map<string, number>();
  for (const name of names) times.set(name, (times.get(name) ?? 0) + 1);
  return [...times].map(([name, often]) => (often === 1 ? name : `${often} × ${name}`)).join(", ");
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const brackets = (shape: Shape): string => `[${shape.join(", ")}]`;
const count = (number: number): string => number.toLocaleString("en-US");
const fixedTo = (digits: number, number: number): string =>
  number.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
const millions = (macs: number): string => (macs === 0 ? "0" : fixedTo(2, macs / 1e6));
const kibibytes = (bytes: number): string => fixedTo(1, bytes / 2 ** 10);
const mebibytes = (bytes: number): string => fixedTo(1, bytes / 2 ** 20);
