/** The layers of a Keras model that have weights, from whichever file holds them, in the order of the model. */
import type { InputError } from "../../bytes.ts";
import type { StoredTensor } from "../stored-tensor.ts";

export type LayerKind = "conv" | "depthwise" | "transposed" | "dense" | "norm";

/** A layer's weights by Keras's names, without the layer's own: kernel, bias, gamma, beta, moving_mean, moving_variance. */
export interface KerasLayer {
  readonly name: string;
  readonly kind: LayerKind;
  readonly weights: ReadonlyMap<string, { readonly from: string; readonly tensor: StoredTensor }>;
}

/** What the model's configuration says, where the file has one. */
export interface KerasConfig {
  /** The model's name: mobilenetv2_1.00_224, where it is one of Keras's own. */
  readonly name: string;
  readonly layers: readonly LayerConfig[];
}

export interface LayerConfig {
  readonly name: string;
  /** Conv2D, BatchNormalization, … */
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** A value as a file has it: "block1_conv1/kernel:0" and its array. */
export interface NamedValue {
  readonly path: string;
  readonly tensor: StoredTensor;
}

const kinds: ReadonlyMap<string, LayerKind> = new Map<string, LayerKind>([
  ["conv2d", "conv"],
  ["depthwiseconv2d", "depthwise"],
  ["conv2dtranspose", "transposed"],
  ["dense", "dense"],
  ["batchnormalization", "norm"],
]);

/** Keras 3 numbers a layer's variables; these are their names in the order of their making. */
const variables: Readonly<Record<LayerKind, readonly string[]>> = {
  conv: ["kernel", "bias"],
  depthwise: ["kernel", "bias"],
  transposed: ["kernel", "bias"],
  dense: ["kernel", "bias"],
  norm: ["gamma", "beta", "moving_mean", "moving_variance"],
};

/** Models within models within models. */
const MAX_DEPTH = 16;

/**
 * The configuration in Keras's JSON: a functional or sequential model, models within it laid flat.
 * @throws what `fail` makes where it is none.
 */
export function readConfig(text: string, fail: (problem: string) => InputError): KerasConfig {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw fail(`has a configuration that is not JSON (${cause instanceof Error ? cause.message : String(cause)})`);
  }
  const layers: LayerConfig[] = [];
  const walk = (node: unknown, depth: number): void => {
    if (depth > MAX_DEPTH || !isRecord(node)) throw fail("has a configuration that is no model of Keras");
    const { class_name: type, config } = node;
    const options = isRecord(config) ? config : {};
    // Sequential models of Keras 1 are a bare list.
    const inner = Array.isArray(config) ? config : options.layers;
    if (Array.isArray(inner)) for (const layer of inner) walk(layer, depth + 1);
    else if (typeof type === "string") layers.push({ name: String(options.name ?? node.name ?? ""), type, options });
  };
  walk(json, 0);
  const { config } = isRecord(json) ? json : {};
  return { name: isRecord(config) && typeof config.name === "string" ? config.name : "", layers };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Values put together to layers.
 * @throws what `fail` makes where a layer is of a kind that is not read.
 */
export function layersOf(
  values: readonly NamedValue[],
  config: KerasConfig | undefined,
  fail: (problem: string) => InputError,
): KerasLayer[] {
  const configs = new Map(config?.layers.flatMap((layer): [string, LayerConfig][] => [[layer.name, layer]]));
  for (const [alias, layer] of aliases(config)) if (!configs.has(alias)) configs.set(alias, layer);
  const groups = new Map<string, NamedValue[]>();
  for (const value of values) {
    const layer = value.path.slice(0, value.path.lastIndexOf("/"));
    const group = groups.get(layer);
    if (group) group.push(value);
    else groups.set(layer, [value]);
  }
  const layers: KerasLayer[] = [];
  for (const [path, group] of groups) {
    const named = group.map(({ path: from, tensor }) => ({
      from,
      variable: from.slice(from.lastIndexOf("/") + 1).replace(/:\d+$/, ""),
      tensor,
    }));
    const known = suffixes(path).find((name) => configs.has(name));
    const layer = known === undefined ? undefined : configs.get(known);
    const name = (layer?.name ?? path).replaceAll("/", "_");
    const type = layer?.type;
    const kind = kindOf(name, type, named);
    if (!kind)
      throw fail(
        `has a layer ${JSON.stringify(name.slice(0, 100))} of type ${(type ?? "unknown").slice(0, 100)}, whose weights are not read`,
      );
    const isNumbered = named.every(({ variable }) => /^\d+$/.test(variable));
    const weights = new Map(
      named.map(({ from, variable, tensor }) => {
        const written = isNumbered ? (variables[kind][Number(variable)] ?? variable) : variable;
        return [written === "depthwise_kernel" ? "kernel" : written, { from, tensor }];
      }),
    );
    layers.push({ name, kind, weights });
  }
  if (!config) return layers.toSorted((a, b) => number(a.name) - number(b.name));
  const order = new Map(config.layers.map((layer, place) => [layer.name.replaceAll("/", "_"), place]));
  return layers.toSorted((a, b) => (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0));
}

/** Early files of Keras 3 have no names: layers are counted by class, conv2d, conv2d_1, in the order of the model. */
function aliases(config: KerasConfig | undefined): Map<string, LayerConfig> {
  const counts = new Map<string, number>();
  const found = new Map<string, LayerConfig>();
  for (const layer of config?.layers ?? []) {
    const snake = layer.type
      .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
      .replace(/([a-z])([A-Z])/g, "$1_$2")
      .toLowerCase();
    const count = counts.get(snake) ?? 0;
    counts.set(snake, count + 1);
    found.set(count === 0 ? snake : `${snake}_${count}`, layer);
  }
  return found;
}

/** conv2d_12 → 12: without a configuration, layers that Keras has named itself are in the order of their numbers. */
const number = (name: string): number => Number(/_(\d+)$/.exec(name)?.[1] ?? 0);

/** A path and what is left of it as outer models' names are taken off: "a/b/c", "b/c", "c". */
function suffixes(path: string): string[] {
  const parts = path.split("/").slice(-MAX_DEPTH);
  return parts.map((_, i) => parts.slice(i).join("/"));
}

function kindOf(
  name: string,
  type: string | undefined,
  weights: readonly { readonly variable: string; readonly tensor: StoredTensor }[],
): LayerKind | undefined {
  if (type !== undefined) return kinds.get(type.toLowerCase());
  const has = (variable: string): boolean => weights.some((weight) => weight.variable === variable);
  if (has("moving_mean") || has("gamma") || /batch_?norm|(^|_)bn/i.test(name)) return "norm";
  const rank = Math.max(...weights.map(({ tensor }) => tensor.shape.length));
  if (has("depthwise_kernel") || /depthwise/.test(name)) return rank === 4 ? "depthwise" : undefined;
  if (rank === 2) return "dense";
  if (rank !== 4) return undefined;
  return /transpose/.test(name) ? "transposed" : "conv";
}
