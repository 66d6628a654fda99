/** Models that TensorFlow.js has written compute what it predicts, quantised ones nearly so; manifests that lie are refused. */
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import { InputError } from "../../src/bytes.ts";
import { input } from "../../src/kernels/op.ts";
import { toFloat32 } from "../../src/loaders/stored-tensor.ts";
import { readWeights, type WeightsFile } from "../../src/loaders/weights-file.ts";
import { describeWeights } from "../../src/models/describe.ts";
import { networkNamed } from "../../src/models/registry.ts";
import { toTensors, weightsFrom } from "../../src/models/weights.ts";
import { compute } from "../compute.ts";

const fixtures = fileURLToPath(new URL("../fixtures/weights/tfjs/", import.meta.url));
const read = (name: string): Promise<WeightsFile> => readWeights(join(fixtures, name), { arch: "unet" });
const { input: given, output } = JSON.parse(readFileSync(join(fixtures, "expected.json"), "utf8"));

test("a layers model in two shards gives its outputs", async () => {
  const file = await read("model.json");
  const { description } = describeWeights(file, "model.json", { arch: "unet" });
  expect(description.options).toMatchObject({ width: 1, convBias: false, bilinear: false, epsilon: 0.01 });
  const weights = weightsFrom(toTensors(file.tensors));
  const logits = networkNamed("unet").build(weights, input("x", given.shape), description.options);
  weights.verify("model.json");
  const { y } = await compute({ y: logits }, { inputs: { x: { shape: given.shape, data: Float32Array.from(given.values) } } });
  const largest = Math.max(...output.map(Math.abs));
  // Some twenty layers of sums in float32, in another order.
  expect(Math.max(...output.map((value: number, i: number) => Math.abs(value - y.data[i]))) / largest).toBeLessThan(1e-4);
});

test("a URL finds its shards too", async () => {
  expect((await readWeights(pathToFileURL(join(fixtures, "model.json")), { arch: "unet" })).tensors.size).toBeGreaterThan(0);
});

// Half a step of the quantisation, or half a unit of a half's last place.
test.each([
  ["uint8.json", (range: number) => range / 255 / 2],
  ["uint16.json", (range: number) => range / 65535 / 2],
  ["float16.json", (range: number) => range * 2 ** -11],
])("%s is dequantised", async (name, step) => {
  const [exact, quantised] = [await read("model.json"), await read(name)];
  expect([...quantised.tensors.keys()]).toEqual([...exact.tensors.keys()]);
  for (const [key, tensor] of exact.tensors) {
    const found = quantised.tensors.get(key);
    const [values, others] = [toFloat32(tensor), found ? toFloat32(found) : []];
    const range = Math.max(...values.map(Math.abs), Math.max(...values) - Math.min(...values));
    expect(Math.max(...values.map((value, i) => Math.abs(value - others[i]))), key).toBeLessThanOrEqual(step(range) * (1 + 1e-3) + 1e-7);
  }
});

const folder = mkdtempSync(join(tmpdir(), "roentgen-tfjs-"));
for (const name of readdirSync(fixtures)) copyFileSync(join(fixtures, name), join(folder, name));
afterAll(() => rmSync(folder, { recursive: true }));

type Weight = Record<string, unknown>;
type Manifest = { paths: string[]; weights: Weight[] }[];

test.each<[string, (manifest: Manifest) => void, string]>([
  ["a shard above it", ([group]) => group.paths.splice(0, 1, "../secret.bin"), 'names a shard "../secret.bin" that is not beside it'],
  ["a shard elsewhere", ([group]) => group.paths.splice(0, 1, "/etc/passwd"), "that is not beside it"],
  ["a shard on the network", ([group]) => group.paths.splice(0, 1, "http://example.com/x"), "that is not beside it"],
  ["a shard that is missing", ([group]) => group.paths.splice(0, 1, "none.bin"), "no such file"],
  ["too few shards", ([group]) => group.paths.pop(), "ends at byte"],
  ["a value too many", ([group]) => group.weights.push({ name: "x/kernel", shape: [1], dtype: "float32" }), "ends at byte"],
  ["a value too few", ([group]) => group.weights.pop(), "its manifest tells of"],
  ["a huge shape", ([group]) => Object.assign(group.weights[0], { shape: [2 ** 40, 2 ** 40] }), "ends at byte"],
  ["a negative shape", ([group]) => Object.assign(group.weights[0], { shape: [-1] }), "has no valid shape"],
  ["text", ([group]) => Object.assign(group.weights[0], { dtype: "string" }), 'is of type "string", which is not read'],
])("%s is refused", async (_, change, problem) => {
  const model = JSON.parse(readFileSync(join(fixtures, "model.json"), "utf8"));
  change(model.weightsManifest);
  const path = join(folder, "changed.json");
  writeFileSync(path, JSON.stringify(model));
  const reading = readWeights(path, { arch: "unet" });
  await expect(reading).rejects.toThrow(problem);
  await expect(reading).rejects.toBeInstanceOf(InputError);
});

test("bytes alone have no shards", async () => {
  await expect(readWeights(new Uint8Array(readFileSync(join(fixtures, "model.json"))), { arch: "unet" })).rejects.toThrow(
    "is a TensorFlow.js model without its shards: give its path or URL, not its bytes",
  );
});
