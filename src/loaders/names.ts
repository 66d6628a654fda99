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
 * From each name in a file to torchvision's for the same value, in the file's order and without the ignorable ones: wrappers' prefixes
 * that all names share are stripped, and the split names of DenseNet's first files (`denselayer1.norm.1.weight`) joined.
 */
export function normaliseNames(names: readonly string[]): Map<string, string> {
  const kept = names.filter((name) => !isIgnorable(name));
  const prefix = sharedPrefix(kept);
  const isDenseNet = kept.some((name) => name.includes("denseblock"));
  const normalised = (name: string) => (isDenseNet ? joinDenseNet(name.slice(prefix.length)) : name.slice(prefix.length));
  return new Map(kept.map((name) => [name, normalised(name)]));
}

/** DataParallel's, Lightning's, segmentation_models', timm's, CheXNet's and cnn_finetune's wrappers. */
const WRAPPERS = ["module.", "model.", "encoder.", "backbone.", "densenet121.", "_features."];

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

/** `denselayer1.norm.1.weight` → `denselayer1.norm1.weight`; CheXNet's `classifier.0.weight` (a linear and its sigmoid) → `classifier.weight`. */
const joinDenseNet = (name: string): string =>
  name.replace(/(\.denselayer\d+\.(?:norm|conv))\.([12])\./, "$1$2.").replace(/^classifier\.0\./, "classifier.");
