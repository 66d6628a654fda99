/** Methods that ask how a score changes: by the pixels, or by a map of the network. */
import { type GradientRule, gradients } from "../graph/gradient.ts";
import { input, type Node } from "../kernels/op.ts";
import type { Tensor } from "../tensor.ts";
import { gradCam, gradCamPlusPlus } from "./grad-cam.ts";
import { type Layer, layerOf } from "./layer.ts";
import { cellsAndMap, enlarged, type Maps, type Method, NO_CLASS, same, seedOf, type Work } from "./method.ts";
import { type NetworkGraph, networkGraph } from "./network.ts";
import { deconvnet as deconvnetRule, guidedBackprop as guidedRule } from "./rectifier-rules.ts";
import { sensitivity } from "./sensitivity.ts";

/** One map by a program from the pictures and a seed [1, classes], 1 for the class asked for. */
const byGradient = (
  title: string,
  { takes, shown }: Pick<Method, "takes" | "shown">,
  graphOf: (graph: NetworkGraph, seed: Node, layer: Layer) => Record<string, Node>,
  mapsOf: (results: Record<string, Tensor>, work: Work) => Maps,
): Method => ({
  title,
  takes,
  isSigned: () => false,
  shown,
  async begin(work) {
    const graph = networkGraph(work.model, 1);
    const { arch } = work.model.description;
    const layer = takes.includes("layer") ? layerOf(graph.raw, arch, work.options.layer) : { name: "", node: graph.pictures };
    const seed = input("seed", graph.raw.shape);
    const outputs = () => ({ scores: graph.scores, ...graphOf(graph, seed, layer) });
    const program = await work.program(`${title} ${layer.name}`, outputs);
    const runs = new Map<number, Promise<Record<string, Tensor>>>();
    const runFor = (label: number): Promise<Record<string, Tensor>> => {
      const found = runs.get(label) ?? program.run({ pictures: work.picture, seed: seedOf(graph.raw, [label]) });
      runs.set(label, found);
      return found;
    };
    const { scores } = await runFor(work.first ?? NO_CLASS);
    return {
      scores: scores.data,
      ...(layer.name && { layer: layer.name }),
      mapOf: async (label) => mapsOf(await runFor(label), work),
    };
  },
});

/** The score's gradient by a value, by a rule. */
function gradientOf(graph: NetworkGraph, target: Node, seed: Node, rule?: GradientRule): Node {
  return gradients(graph.raw, [target], seed, undefined, rule)[0];
}

/** The share of single pixels that is shown in full, as SmoothGrad's authors do it. */
const PIXELS = 0.99;

const inputGradient = (title: string, rule?: GradientRule): Method =>
  byGradient(
    title,
    { takes: [], shown: PIXELS },
    (graph, seed) => ({ gradient: gradientOf(graph, graph.pictures, seed, rule) }),
    ({ gradient }, { model }) => same(sensitivity(gradient, model.description.input)),
  );

const weighing = (title: string, weigh: (map: Node, gradient: Node) => Node): Method =>
  byGradient(
    title,
    { takes: ["layer"], shown: 1 },
    (graph, seed, { node }) => enlarged(weigh(node, gradientOf(graph, node, seed)), graph.pictures),
    cellsAndMap,
  );

/** The pointwise product of Grad-CAM and guided backpropagation: where, and at the pixel's own resolution. */
export const guidedGradCam = byGradient(
  "Guided Grad-CAM",
  { takes: ["layer"], shown: PIXELS },
  (graph, seed, { node }) => ({
    ...enlarged(gradCam(node, gradientOf(graph, node, seed)), graph.pictures),
    gradient: gradientOf(graph, graph.pictures, seed, guidedRule),
  }),
  (results, { model }) => {
    const { map } = cellsAndMap(results);
    const fine = sensitivity(results.gradient, model.description.input);
    return same({ ...map, values: map.values.map((value, i) => value * fine.values[i]) });
  },
);

export const gradient = inputGradient("Gradient");
export const guidedBackprop = inputGradient("Guided backpropagation", guidedRule);
export const deconvnet = inputGradient("Deconvnet", deconvnetRule);
export const gradCamMethod = weighing("Grad-CAM", gradCam);
export const gradCamPlusPlusMethod = weighing("Grad-CAM++", gradCamPlusPlus);
