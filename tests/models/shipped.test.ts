/** The shipped weights give the logits that PyTorch gives with them, on the phantom and on films of the data that they were trained on. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { InputError, readBytes } from "../../src/bytes.ts";
import { compile, type Program } from "../../src/graph/program.ts";
import { toTensor } from "../../src/imaging/normalise.ts";
import { input } from "../../src/kernels/op.ts";
import { decodeImage } from "../../src/loaders/image.ts";
import { readSafetensors } from "../../src/loaders/safetensors.ts";
import { toFloat32 } from "../../src/loaders/stored-tensor.ts";
import { type ModelDescription, readDescription } from "../../src/models/description.ts";
import { loadModel } from "../../src/models/model.ts";
import { prepare } from "../../src/models/preprocess.ts";
import { networkNamed } from "../../src/models/registry.ts";
import { shippedModel, shippedModels } from "../../src/models/shipped.ts";
import { weightsFrom } from "../../src/models/weights.ts";
import { device } from "../device.ts";

/** A shipped network without its softmax or sigmoid. */
interface Logits {
  readonly description: ModelDescription;
  readonly program: Program;
}

const networks = new Map<string, Promise<Logits>>();

function logitsOf(name: string): Promise<Logits> {
  const known = networks.get(name) ?? build(name);
  networks.set(name, known);
  return known;
}

async function build(name: string): Promise<Logits> {
  const { tensors, metadata } = readSafetensors(await readBytes(shippedModel(name)), name);
  const description = readDescription(metadata, name);
  const weights = weightsFrom(new Map([...tensors].map(([key, stored]) => [key, { shape: stored.shape, data: toFloat32(stored) }])));
  const { channels, height, width } = description.input;
  const logits = networkNamed(description.arch).build(weights, input("picture", [1, channels, height, width]), description.options);
  weights.verify(name);
  return { description, program: await compile(await device(), { logits }) };
}

async function run({ description, program }: Logits, file: URL): Promise<Float32Array> {
  const { image } = await prepare(await decodeImage(await readBytes(file), file.pathname), description.input);
  return (await program.run({ picture: toTensor([image], description.input) })).logits.data;
}

/** The sum of a network's roundings: PyTorch's own float32 results differ by as much between machines. */
const toleranceOf = (logit: number): number => 2e-3 + 2e-3 * Math.abs(logit);

function expectLogits(actual: ArrayLike<number>, expected: readonly number[], subject: string): void {
  const wrong = expected.flatMap((logit, i) => (Math.abs(actual[i] - logit) <= toleranceOf(logit) ? [] : [[i, actual[i], logit]]));
  expect(wrong, `${subject}: [index, logit, expected]`).toEqual([]);
}

/** Of some 2,000 pixels on the outline of the lungs, with logits from −5 to 5, about one is nearer to 0 than the tolerance. */
const STRAY_PIXELS = 5;

function expectMask(logits: Float32Array, positivePixels: number, subject: string): void {
  const positive = logits.reduce((count, logit) => count + (logit > 0 ? 1 : 0), 0);
  expect(Math.abs(positive - positivePixels), `${subject}: ${positive} pixels, expected ${positivePixels}`).toBeLessThanOrEqual(
    STRAY_PIXELS,
  );
}

test("there is a file and a card for every name, and no other", () => {
  const files = readdirSync(new URL("../../weights/", import.meta.url)).sort();
  expect(files).toEqual(shippedModels.flatMap((name) => [`${name}.md`, `${name}.safetensors`]).sort());
});

test("an unknown name is refused with the nearest", () => {
  expect(() => shippedModel("cxr-resnet8")).toThrow(new InputError("cxr-resnet8", "no such model, did you mean cxr-resnet18?"));
  expect(() => shippedModel("alexnet")).toThrow(`alexnet: no such model, there are ${shippedModels.join(", ")}`);
});

describe("the phantom", () => {
  interface Stored {
    readonly weights: string;
    readonly logits: readonly number[];
    readonly index?: readonly number[];
    readonly positivePixels?: number;
  }

  // Written by tests/fixtures/phantom-logits.py.
  const stored: { readonly picture: string; readonly models: Readonly<Record<string, Stored>> } = JSON.parse(
    readFileSync(new URL("../fixtures/phantom-logits.json", import.meta.url), "utf8"),
  );
  const phantom = new URL("../../samples/phantom.png", import.meta.url);
  const sha256 = (file: URL): string => createHash("sha256").update(readFileSync(file)).digest("hex");

  test("and the weights are those of the stored logits; where they have changed, run tests/fixtures/phantom-logits.py", () => {
    const weights = shippedModels.map((name) => [name, sha256(shippedModel(name))]);
    expect({ picture: sha256(phantom), weights: Object.fromEntries(weights) }).toEqual({
      picture: stored.picture,
      weights: Object.fromEntries(Object.entries(stored.models).map(([name, model]) => [name, model.weights])),
    });
  });

  test.each(shippedModels)("gives %s the logits that PyTorch gives", async (name) => {
    const { logits: expected, index = expected.keys(), positivePixels } = stored.models[name];
    const logits = await run(await logitsOf(name), phantom);
    expectLogits(
      [...index].map((i) => logits[i]),
      expected,
      name,
    );
    if (positivePixels !== undefined) expectMask(logits, positivePixels, name);
  });

  test("gets probabilities that follow from these logits", async () => {
    using model = await loadModel(shippedModel("cxr-mobilenet-v2"), { device: await device() });
    const { logits } = stored.models["cxr-mobilenet-v2"];
    const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
    for (const { label, score } of await model.predict(phantom)) {
      const logit = logits[model.description.classes.indexOf(label)];
      // A probability moves by at most a quarter of what a logit does, and one class moves against the others.
      expect(Math.abs(score - Math.exp(logit) / sum), label).toBeLessThan(toleranceOf(Math.max(...logits)) / 2);
    }
  });
});

const shared = new URL("../../../shared/", import.meta.url);
const referenceFile = new URL("weights/reference.json", shared);
const isThere = existsSync(referenceFile);

describe.skipIf(!isThere)(`films of the data set${isThere ? "" : " (skipped: there is no ../shared/weights/reference.json)"}`, () => {
  interface Classified {
    readonly file: string;
    readonly logits: readonly number[];
  }
  interface Segmented {
    readonly image: string;
    readonly index: readonly number[];
    readonly logit: readonly number[];
    readonly positivePixels: number;
  }
  type Reference = Readonly<Record<string, { readonly pictures: readonly (Classified | Segmented)[] }>>;

  /** All of them, or every fifth where one takes a second. */
  async function picturesOf(name: string): Promise<readonly (Classified | Segmented)[]> {
    const { pictures }: Reference[string] = JSON.parse(readFileSync(referenceFile, "utf8"))[`${name}.safetensors`];
    const isSlow = (await device()).profile.description.includes("SwiftShader");
    return isSlow ? pictures.filter((_, i) => i % 5 === 0) : pictures;
  }

  test.each(shippedModels)("give %s the logits that PyTorch gives", async (name) => {
    const network = await logitsOf(name);
    const pictures = await picturesOf(name);
    expect(pictures.length).toBeGreaterThan(2);
    for (const picture of pictures) {
      const file = "file" in picture ? picture.file : picture.image;
      const logits = await run(network, new URL(`data/${file}`, shared));
      if ("file" in picture) {
        expectLogits(logits, picture.logits, file);
      } else {
        expectLogits(
          picture.index.map((i) => logits[i]),
          picture.logit,
          file,
        );
        expectMask(logits, picture.positivePixels, file);
      }
    }
  });
});
