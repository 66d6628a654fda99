/** Params are packed by name, and a shader that does not compile is told by file, line and column. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { InputError } from "../../src/bytes.ts";
import { pipelineFor, pipelineName } from "../../src/gpu/pipeline.ts";
import { loadShader, packParams, ShaderError } from "../../src/gpu/shader.ts";
import { compile } from "../../src/graph/program.ts";
import { apply, input, type Op } from "../../src/kernels/op.ts";
import { device } from "../device.ts";

const folder = mkdtempSync(join(tmpdir(), "roentgen-shaders-"));
afterAll(() => rmSync(folder, { recursive: true }));

function shaderFile(name: string, lines: readonly string[]): URL {
  const path = join(folder, name);
  writeFileSync(path, lines.join("\n"));
  return pathToFileURL(path);
}

const body = (params: string, ...statements: string[]): string[] => [
  "// y = 2 · x, a vector an invocation",
  `struct Params { ${params} }`,
  "alias Value = vec4f;",
  "alias Scalar = f32;",
  "@group(0) @binding(0) var<storage, read> x: array<Value>;",
  "@group(0) @binding(1) var<storage, read_write> y: array<Value>;",
  "@group(0) @binding(2) var<uniform> params: Params;",
  "@compute @workgroup_size(64)",
  "fn main(@builtin(global_invocation_id) gid: vec3u) {",
  "  if (gid.x >= params.size) { return; }",
  ...statements,
  "}",
];

describe("params", () => {
  const load = () =>
    loadShader(
      shaderFile("params.wgsl", [
        "struct Params {",
        "  size: u32, shift: i32, // where it starts, not an x: u32",
        "  factor: f32,",
        "  last : u32",
        "}",
      ]),
      "f32",
    );

  test("are read from the file, in its order", async () => {
    expect((await load()).params).toEqual([
      { name: "size", type: "u32" },
      { name: "shift", type: "i32" },
      { name: "factor", type: "f32" },
      { name: "last", type: "u32" },
    ]);
  });

  test("are packed in the file's order, whatever the caller's, each as its type", async () => {
    const out = new DataView(new ArrayBuffer(32));
    packParams(await load(), { last: 2 ** 32 - 1, factor: -1.5, shift: -7, size: 3 }, out, 8);
    expect([out.getUint32(8, true), out.getInt32(12, true), out.getFloat32(16, true), out.getUint32(20, true)]).toEqual([
      3,
      -7,
      -1.5,
      2 ** 32 - 1,
    ]);
    expect([out.getUint32(0, true), out.getUint32(4, true), out.getUint32(24, true)]).toEqual([0, 0, 0]);
  });

  test("that are missing or unknown are all named at once", async () => {
    const shader = await load();
    const pack = () => packParams(shader, { size: 1, sift: 2, factor: 3, lost: 4 }, new DataView(new ArrayBuffer(16)), 0);
    expect(pack).toThrow(ShaderError);
    expect(pack).toThrow("params.wgsl: params do not match, missing [shift, last], unknown [sift, lost]");
  });

  test("of zero are not missing", async () => {
    const shader = await load();
    expect(() => packParams(shader, { size: 0, shift: 0, factor: 0, last: 0 }, new DataView(new ArrayBuffer(16)), 0)).not.toThrow();
  });

  test("of other types are refused when the file is read", async () => {
    const url = shaderFile("vector.wgsl", ["struct Params { size: u32, at: vec2u }"]);
    await expect(loadShader(url, "f32")).rejects.toThrow('vector.wgsl: Params may hold u32, i32 and f32 only, got "at: vec2u"');
  });

  test("may be none", async () => {
    const shader = await loadShader(shaderFile("none.wgsl", ["// nothing"]), "f32");
    expect(shader.params).toEqual([]);
    expect(() => packParams(shader, {}, new DataView(new ArrayBuffer(16)), 0)).not.toThrow();
  });
});

describe("bindings", () => {
  test("are read from the file with what is read, written or uniform", async () => {
    const { bindings } = await loadShader("concat", "f32");
    expect(bindings).toEqual([
      { binding: 0, type: "read-only-storage" },
      { binding: 1, type: "storage" },
      { binding: 2, type: "uniform" },
    ]);
  });
});

describe("a shader that does not compile", () => {
  const broken = (name: string) => shaderFile(name, body("size: u32", "  let double = 2.0 * x[gid.x];", "  y[gid.x] = dubble;"));

  test("is told by file, line and column, with the line", async () => {
    const compiling = pipelineFor(await device(), { shader: broken("broken.wgsl"), precision: "f32" });
    await expect(compiling).rejects.toThrow(ShaderError);
    await expect(compiling).rejects.toThrow(/^broken\.wgsl:12:14: .*dubble.*\n {2}y\[gid\.x\] = dubble;$/s);
  });

  test("has the same line and column in f16", async ({ skip }) => {
    const opened = await device();
    if (!opened.profile.f16) skip("the adapter has no shader-f16");
    await expect(pipelineFor(opened, { shader: broken("half.wgsl"), precision: "f16" })).rejects.toThrow(/^half\.wgsl:12:14: /);
  });

  test("leaves the device in order, and is compiled anew once it is mended", async () => {
    const opened = await device();
    const url = shaderFile("mended.wgsl", body("size: u32", "  y[gid.x] = nothing;"));
    await expect(pipelineFor(opened, { shader: url, precision: "f32" })).rejects.toThrow(ShaderError);
    opened.check();
    shaderFile("mended.wgsl", body("size: u32", "  y[gid.x] = 2.0 * x[gid.x];"));
    await expect(pipelineFor(opened, { shader: url, precision: "f32" })).resolves.toHaveProperty("pipeline");
  });

  test("for an entry point that it does not have is told by file", async () => {
    const compiling = pipelineFor(await device(), { shader: "scale", entryPoint: "nowhere", precision: "f32" });
    await expect(compiling).rejects.toThrow(/^scale\.wgsl: .*nowhere/s);
    (await device()).check();
  });

  test("for an override that it does not have is told by file", async () => {
    const compiling = pipelineFor(await device(), { shader: "scale", overrides: { FACTOR: 1 }, precision: "f32" });
    await expect(compiling).rejects.toThrow(/^scale\.wgsl: .*FACTOR/s);
    (await device()).check();
  });
});

test("a shader that is not there is an InputError with its path", async () => {
  await expect(loadShader("no-such-shader", "f32")).rejects.toThrow(InputError);
  await expect(loadShader("no-such-shader", "f32")).rejects.toThrow(/shaders\/no-such-shader\.wgsl: no such file$/);
});

test("for f16 a file changes in its storage types alone, on the lines they stand on", async () => {
  const url = shaderFile("doubled.wgsl", body("size: u32, factor: f32", "  y[gid.x] = Value(2.0 * vec4f(x[gid.x]));"));
  const [full, half] = [await loadShader(url, "f32"), await loadShader(url, "f16")];
  const [before, after] = [full, half].map(({ code }) => code.split("\n"));
  const changed = before.flatMap((line, i) => (after[i] === line ? [] : [after[i]]));
  expect(after).toHaveLength(before.length);
  expect(changed).toEqual([`enable f16; ${before[0]}`, "alias Value = vec4h;", "alias Scalar = f16;"]);
  expect(half.params).toEqual(full.params);
});

describe("one pipeline", () => {
  test("serves every request for it", async () => {
    const opened = await device();
    const key = { shader: "activation", overrides: { ACTIVATION: 2 }, precision: "f32" } as const;
    expect(await pipelineFor(opened, key)).toBe(await pipelineFor(opened, { ...key, entryPoint: "main" }));
    expect(await pipelineFor(opened, key)).not.toBe(await pipelineFor(opened, { ...key, overrides: { ACTIVATION: 1 } }));
  });

  test("goes by shader, entry point, overrides and precision", () => {
    expect(pipelineName({ shader: "linear", overrides: { ACTIVATION: 1 }, precision: "f16" })).toBe("linear main ACTIVATION=1 f16");
  });
});

test("an op of one's own may bring its shader by URL", async () => {
  const shader = shaderFile("own.wgsl", body("size: u32", "  y[gid.x] = 2.0 * x[gid.x];"));
  const double: Op = {
    name: "double",
    inputs: ["x"],
    shape: ([shape]) => shape,
    launches: () => [{ shader, bind: ["x", "y"], params: { size: 2 }, workgroups: [1] }],
  };
  using program = await compile(await device(), { y: apply(double, [input("x", [1, 3, 1, 2])], {}) });
  const { y } = await program.run({ x: { shape: [1, 3, 1, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) } });
  expect([...y.data]).toEqual([2, 4, 6, 8, 10, 12]);
});
