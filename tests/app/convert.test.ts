/** `convert` tells what became of every name, writes what `loadModel` reads, and overwrites nothing unasked. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readSafetensors, writeSafetensors } from "../../src/loaders/safetensors.ts";
import { toFloat32 } from "../../src/loaders/stored-tensor.ts";
import { readDescription } from "../../src/models/description.ts";
import { type Ended, runProgram } from "../run-program.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { fileOf, tinyClassifier } from "../tiny-model.ts";

const { folder } = scratchFolder("convert");

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/weights/${name}`, import.meta.url));
const convert = (...args: readonly string[]): Promise<Ended> => runProgram("src/app/convert.ts", args);

test("a Keras model becomes one of ours that reproduces its outputs, once", async () => {
  const out = join(folder, "unet.safetensors");
  const args = [fixture("unet.h5"), "--arch", "unet", "--labels", "lung", "--out", out, "--check", fixture("unet.npz"), "--json"];
  const { code, stdout, stderr } = await convert(...args);
  expect(code, stderr).toBe(0);
  const { format, arch, names, check } = JSON.parse(stdout);
  expect([format, arch, check.output]).toEqual(["Keras", "unet", "output"]);
  expect(check.difference).toBeLessThan(1e-4);
  expect(names).toContainEqual({ from: "conv2d/kernel", to: "inc.double_conv.0.weight", fate: "renamed", about: "[2, 1, 3, 3] F32" });
  const bytes = readFileSync(out);
  const { metadata } = readSafetensors(bytes, out);
  expect(readDescription(metadata, out)).toMatchObject({
    arch: "unet",
    classes: ["lung"],
    options: { width: 2, convBias: true, epsilon: 1e-3 },
  });
  expect(metadata.origin).toMatch(/^converted from unet\.h5 by roentgen /);

  const again = await convert(...args);
  expect([again.code, again.stdout]).toEqual([1, ""]);
  expect(again.stderr).toContain(`error: ${out}: exists already, and nothing is overwritten without --force`);
  expect(readFileSync(out)).toEqual(bytes);
});

test("a vector that the network does not reproduce stops the file", async () => {
  const out = join(folder, "wrong.safetensors");
  const vector = readFileSync(fixture("unet.npz"));
  // The array lies behind its name and 128 bytes of header: signs of some of its floats.
  const begin = vector.indexOf("output.npy") + "output.npy".length + 128;
  for (let i = 0; i < 50; i++) vector[begin + 4 * i + 3] ^= 0x80;
  writeFileSync(join(folder, "unet.npz"), vector);
  const { code, stderr } = await convert(fixture("unet.h5"), "--arch", "unet", "--out", out, "--check", join(folder, "unet.npz"));
  expect(code).toBe(1);
  expect(stderr).toMatch(/unet\.npz: the outputs differ by \S+, at most 0\.001 is allowed; nothing was written/);
  expect(() => readFileSync(out)).toThrow();
});

test("without a network values are copied by their names, as f16 to the nearest", async () => {
  const out = join(folder, "half.safetensors");
  const { code, stdout, stderr } = await convert(fixture("checkpoint.pth"), "--out", out, "--dtype", "f16");
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^module\.conv1\.weight +conv1\.weight +renamed +\[4, 1, 3, 3\] F32$/m);
  expect(stdout).toMatch(/^module\.bn1\.num_batches_tracked +ignored +takes no part in inference$/m);
  expect(stdout).toContain("PyTorch: 9 renamed, 1 ignored");
  expect(stderr).toContain("the network is under model_state_dict");
  expect(stderr).toContain("no network is named (--arch)");
  const { tensors } = readSafetensors(readFileSync(out), out);
  const expected: number[] = JSON.parse(readFileSync(fixture("torch.json"), "utf8"))["checkpoint.pth"]["module.conv1.weight"].values;
  const stored = tensors.get("conv1.weight");
  expect(stored?.dtype).toBe("F16");
  // Half a unit of the last of eleven bits.
  if (stored)
    for (const [i, value] of toFloat32(stored).entries())
      expect(Math.abs(value - expected[i])).toBeLessThanOrEqual(Math.abs(expected[i]) * 2 ** -11);
});

test("weights of another network are reported name by name, and nothing is written", async () => {
  const out = join(folder, "resnet.safetensors");
  const { code, stdout, stderr } = await convert(fixture("state-dict.pth"), "--arch", "resnet18", "--out", out);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^conv1\.weight +conv1\.weight +mis-shaped +\[4, 1, 3, 3\] F32, the network has \[64, 3, 7, 7\]$/m);
  expect(stdout).toMatch(/^layers\.0\.weight +layers\.0\.weight +unexpected /m);
  expect(stdout).toMatch(/^ +layer4\.1\.bn2\.running_var +missing +not in the file$/m);
  expect(stderr).toContain("103 values do not fit resnet18; nothing was written");
  expect(() => readFileSync(out)).toThrow();
});

test("a value that f16 cannot hold is refused", async () => {
  const large = join(folder, "large.safetensors");
  writeFileSync(large, writeSafetensors(new Map([["bn.running_var", { shape: [1], data: Float32Array.of(70000) }]]), { dtype: "F32" }));
  const { code, stderr } = await convert(large, "--out", join(folder, "out.safetensors"), "--dtype", "f16");
  expect(code).toBe(1);
  expect(stderr).toContain("bn.running_var holds 70000, which f16 cannot; use --dtype f32");
});

test("a model goes out as ONNX, and its weights come back under their names", async () => {
  const onnx = join(folder, "unet.onnx");
  const there = await convert(fixture("unet.h5"), "--arch", "unet", "--labels", "lung", "--out", onnx);
  expect(there.code, there.stderr).toBe(0);
  const back = join(folder, "back.safetensors");
  const again = await convert(onnx, "--out", back, "--json");
  expect(again.code, again.stderr).toBe(0);
  expect(JSON.parse(again.stdout)).toMatchObject({ format: "ONNX", arch: "unet" });
  const values = (path: string) => readSafetensors(readFileSync(path), path).tensors;
  const direct = values(join(folder, "unet.safetensors"));
  const returned = values(back);
  expect([...returned.keys()].sort()).toEqual([...direct.keys()].sort());
  for (const [name, tensor] of direct) {
    const other = returned.get(name);
    expect(other && toFloat32(other), name).toEqual(toFloat32(tensor));
  }
});

test("an ONNX file needs a network, and holds f32", async () => {
  const half = await convert(
    fixture("unet.h5"),
    "--arch",
    "unet",
    "--labels",
    "lung",
    "--dtype",
    "f16",
    "--out",
    join(folder, "half.onnx"),
  );
  expect([half.code, half.stderr]).toEqual([1, expect.stringContaining("would store f16, but ONNX files are written as f32")]);
  const nameless = await convert(fixture("stored.npz"), "--to", "onnx", "--out", join(folder, "nameless"));
  expect([nameless.code, nameless.stderr]).toEqual([
    1,
    expect.stringContaining("names no network (--arch), which an ONNX file is made of"),
  ]);
});

test("what tells films from other pictures is kept to the bit, and left out of ONNX", async () => {
  const { metadata, tensors } = tinyClassifier();
  const outOfDistribution = JSON.stringify({ stages: ["features"], scales: [1], neighbour: 1, temperature: 1, thresholds: { knn: 0.7 } });
  // A third is no half-precision number.
  const references = { shape: [1, 512], data: new Float32Array(512).fill(1 / 3) };
  const model = join(folder, "able.safetensors");
  writeFileSync(
    model,
    fileOf({ metadata: { ...metadata, outOfDistribution }, tensors: new Map(tensors).set("ood.references", references) }),
  );
  const half = join(folder, "able-half.safetensors");
  const { code, stdout, stderr } = await convert(model, "--out", half, "--dtype", "f16");
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^ood\.references +ood\.references +taken +\[1, 512\] F32$/m);
  const [before, after] = [model, half].map((path) => readSafetensors(readFileSync(path), path));
  expect(after.tensors.get("ood.references")).toEqual(before.tensors.get("ood.references"));
  expect([after.tensors.get("classifier.1.bias")?.dtype, after.metadata.outOfDistribution]).toEqual(["F16", outOfDistribution]);

  const onnx = join(folder, "able.onnx");
  const written = await convert(model, "--out", onnx);
  expect(written.code, written.stderr).toBe(0);
  expect(written.stderr).toContain(`${model}: what tells pictures that are no films is left out, ONNX has no place for it\n`);
  expect(readFileSync(onnx).includes("outOfDistribution")).toBe(false);
});
