/** Names of a network's values, as files of other origins write them and as ours are. */
import type { Shape } from "../tensor.ts";

export interface MisshapedName {
  readonly name: string;
  readonly expected: Shape;
  readonly got: Shape;
}

/** Everything by which a file's values differ from those that a network asks for. */
export interface NameDifferences {
  /** Asked for by the network, absent from the file. */
  readonly missing: readonly string[];
  /** In the file, never asked for. */
  readonly unexpected: readonly string[];
  readonly misshaped: readonly MisshapedName[];
}

/** Weights that do not fit the network: every name at fault, at once. */
export class WeightsError extends Error implements NameDifferences {
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  readonly misshaped: readonly MisshapedName[];

  constructor(subject: string, { missing, unexpected, misshaped }: NameDifferences) {
    const shapes = misshaped.map(({ name, expected, got }) => `${name} expects [${expected.join(", ")}], got [${got.join(", ")}]`);
    const problems = [listed(missing, "missing", ", "), listed(unexpected, "unexpected", ", "), listed(shapes, "mis-shaped", "; ")];
    super(`${subject}: the values do not fit the network, ${problems.filter(Boolean).join("; ")}`);
    this.name = "WeightsError";
    this.missing = missing;
    this.unexpected = unexpected;
    this.misshaped = misshaped;
  }
}

/** Names shown of each list; the error's fields hold them all. */
const SHOWN = 8;

function listed(items: readonly string[], kind: string, separator: string): string {
  if (items.length === 0) return "";
  const more = items.length > SHOWN ? ` and ${items.length - SHOWN} more` : "";
  return `${items.length} ${kind} (${items.slice(0, SHOWN).join(separator)}${more})`;
}

/** Whether a value of this name never takes part in inference: BatchNorm's step counter, TorchXRayVision's thresholds. */
export const isIgnorable = (name: string): boolean => /(^|\.)(num_batches_tracked|op_threshs)$/.test(name);

/**
 * From each name in a file to ours for the same value, in the file's order and without the ignorable ones: wrappers' prefixes that all
 * names share are stripped, then other libraries' names for the same layers (see `dialects`) become torchvision's.
 */
export function normaliseNames(names: readonly string[]): Map<string, string> {
  const kept = names.filter((name) => !isIgnorable(name));
  const prefix = sharedPrefix(kept);
  const bare = kept.map((name) => name.slice(prefix.length));
  const known = new Set(bare);
  const renamed = dialects.find(({ isSpoken }) => isSpoken(known))?.rename(known) ?? ((name: string) => name);
  return new Map(kept.map((name, i) => [name, renamed(bare[i])]));
}

/** DataParallel's, Lightning's, torch.compile's, segmentation_models', timm's, CheXNet's and cnn_finetune's wrappers. */
const WRAPPERS = ["module.", "model.", "net.", "_orig_mod.", "encoder.", "backbone.", "densenet121.", "_features."];

/** The longest chain of wrappers (`module.densenet121.`) with which every name starts. */
function sharedPrefix(names: readonly string[]): string {
  if (names.length === 0) return "";
  let prefix = "";
  for (;;) {
    const longer = WRAPPERS.map((wrapper) => prefix + wrapper).find((start) => names.every((name) => name.startsWith(start)));
    if (longer === undefined) return prefix;
    prefix = longer;
  }
}

/** Names that another library gives the layers of a network of ours: how they are recognised, and what becomes of each. */
interface Dialect {
  readonly isSpoken: (names: ReadonlySet<string>) => boolean;
  readonly rename: (names: ReadonlySet<string>) => (name: string) => string;
}

const dialects: readonly Dialect[] = [
  { isSpoken: (names) => [...names].some((name) => name.includes("denseblock")), rename: () => joinDenseNet },
  { isSpoken: (names) => names.has("pre_logits.fc1.weight") && names.has("features.0.weight"), rename: () => timmVgg },
  { isSpoken: (names) => names.has("conv_stem.weight") && names.has("blocks.0.0.conv_dw.weight"), rename: timmMobileNet },
  { isSpoken: (names) => names.has("_features.4.0.conv1.weight"), rename: () => finetunedResNet },
  { isSpoken: (names) => names.has("fc4.weight") && names.has("layer4.0.conv1.weight"), rename: () => keidar },
];

/** `denselayer1.norm.1.weight` → `denselayer1.norm1.weight`; CheXNet's `classifier.0.weight` (a linear and its sigmoid) → `classifier.weight`. */
const joinDenseNet = (name: string): string =>
  name.replace(/(\.denselayer\d+\.(?:norm|conv))\.([12])\./, "$1$2.").replace(/^classifier\.0\./, "classifier.");

/** timm has VGG's hidden layers as convolutions of 7 × 7 and 1 × 1: the same numbers in the same order. */
const timmVgg = (name: string): string =>
  name
    .replace(/^pre_logits\.fc1\./, "classifier.0.")
    .replace(/^pre_logits\.fc2\./, "classifier.3.")
    .replace(/^head\.fc\./, "classifier.6.");

/** timm counts MobileNetV2's blocks within stages, torchvision through; blocks without an expansion begin with their depthwise layer. */
function timmMobileNet(names: ReadonlySet<string>): (name: string) => string {
  const stages: number[] = [];
  for (const name of names) {
    const [, stage, block] = /^blocks\.(\d{1,3})\.(\d{1,3})\./.exec(name) ?? [];
    if (stage !== undefined) stages[Number(stage)] = Math.max(stages[Number(stage)] ?? 0, Number(block) + 1);
  }
  const blocks = stages.reduce((sum, count) => sum + count, 0);
  const expanded = { conv_pw: "0.0", bn1: "0.1", conv_dw: "1.0", bn2: "1.1", conv_pwl: "2", bn3: "3" };
  const plain = { conv_dw: "0.0", bn1: "0.1", conv_pw: "1", bn2: "2" };
  const ends = { conv_stem: "features.0.0", bn1: "features.0.1", conv_head: `features.${blocks + 1}.0`, bn2: `features.${blocks + 1}.1` };
  return (name) => {
    const [, stage, block, layer, rest] = /^blocks\.(\d{1,3})\.(\d{1,3})\.(\w+)\.(.*)$/.exec(name) ?? [];
    if (stage === undefined)
      return name.replace(/^classifier\./, "classifier.1.").replace(/^\w+(?=\.)/, (part) => lookUp(ends, part) ?? part);
    const layers = names.has(`blocks.${stage}.${block}.conv_pwl.weight`) ? expanded : plain;
    const before = stages.slice(0, Number(stage)).reduce((sum, count) => sum + count, 1);
    return `features.${before + Number(block)}.conv.${lookUp(layers, layer) ?? layer}.${rest}`;
  };
}

const lookUp = (table: Readonly<Record<string, string>>, key: string): string | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;

/** cnn_finetune numbers a ResNet's children: 0 conv1, 1 bn1, 4 to 7 the stages. */
const finetunedResNet = (name: string): string =>
  name
    .replace(/^_features\.0\./, "conv1.")
    .replace(/^_features\.1\./, "bn1.")
    .replace(/^_features\.([4-7])\./, (_, index) => `layer${Number(index) - 3}.`)
    .replace(/^_classifier\./, "fc.");

/** Keidar et al. keep the trunk's layers beside the four of the head. */
const keidar = (name: string): string => (/^(fc[1-4]|trunk)\./.test(name) ? name : `trunk.${name}`);
