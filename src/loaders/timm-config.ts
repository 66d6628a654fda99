/** What timm's config.json says of a network, as the metadata of a model file. */
import { InputError, readBytes } from "../bytes.ts";

type Record = Readonly<{ [key: string]: unknown }>;

const isRecord = (value: unknown): value is Record => typeof value === "object" && value !== null && !Array.isArray(value);
const isNumbers = (value: unknown, length: number): value is number[] =>
  Array.isArray(value) && value.length === length && value.every((item) => typeof item === "number" && Number.isFinite(item));

/** timm's networks by our names and options. */
function networkOf(architecture: unknown): { [key: string]: string } {
  if (typeof architecture !== "string") return {};
  const [, width] = /^mobilenetv2_(\d{3})$/.exec(architecture) ?? [];
  if (width !== undefined) return { arch: "mobilenet_v2", ...(width !== "100" && { widthMultiplier: String(Number(width) / 100) }) };
  const name = architecture.replace(/^tv_/, "");
  return /^(resnet(18|34|50|101|152)|vgg(11|13|16|19)(_bn)?|densenet(121|161|169))$/.test(name) ? { arch: name } : {};
}

/**
 * Network, classes and preprocessing, as far as the file tells them; nothing where it is not timm's.
 * @throws InputError where it is not JSON.
 */
export async function timmMetadata(path: string): Promise<Readonly<{ [key: string]: string }>> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(await readBytes(path)));
  } catch (cause) {
    throw cause instanceof InputError ? cause : new InputError(path, "is not JSON", { cause });
  }
  if (!isRecord(json)) return {};
  const network = networkOf(json.architecture);
  if (network.arch === undefined) return {};
  return { ...network, ...classesOf(json), ...inputOf(isRecord(json.pretrained_cfg) ? json.pretrained_cfg : json) };
}

function classesOf({ label_names: labels, num_classes: count }: Record): { classes?: string } {
  if (Array.isArray(labels) && labels.every((label) => typeof label === "string")) return { classes: JSON.stringify(labels) };
  if (typeof count !== "number" || !(count >= 1 && count <= 100_000)) return {};
  return { classes: JSON.stringify(Array.from({ length: count }, (_, index) => `class ${index}`)) };
}

/** Preprocessing of evaluation: the shorter side to size / crop_pct, a centre crop, mean and deviation of values within 0 and 1. */
function inputOf({ input_size: size, interpolation, crop_pct: share = 0.875, crop_mode: mode = "center", mean, std }: Record): {
  input?: string;
} {
  if (!isNumbers(size, 3) || typeof share !== "number" || !(share > 0 && share <= 1) || mode !== "center") return {};
  const [channels, height, width] = size;
  if (!isNumbers(mean, channels) || !isNumbers(std, channels) || (interpolation !== "bilinear" && interpolation !== "bicubic")) return {};
  const input = {
    size: height === width ? height : [height, width],
    channels,
    resize: "shorter side",
    shorterSide: Math.floor(Math.max(height, width) / share),
    crop: "centre",
    interpolation: `${interpolation} antialias`, // Pillow's filters always are
    scale: "1/255",
    mean,
    std,
  };
  return { input: JSON.stringify(input) };
}
