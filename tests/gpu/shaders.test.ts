/** Every shader is a complete file, compiles with the compiler that runs it, in each variant, and is named by the code. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Precision } from "../../src/gpu/layout.ts";
import { pipelineFor } from "../../src/gpu/pipeline.ts";
import { device } from "../device.ts";

const root = new URL("../../", import.meta.url);
const files = readdirSync(new URL("shaders/", root)).sort();

const source = readdirSync(new URL("src/", root), { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => readFileSync(new URL(`src/${path}`, root), "utf8"))
  .join("\n");

/** The defaults, and every override changed at once: switches flipped, numbers at 1 and at 2. */
function variantsOf(code: string): Record<string, number>[] {
  const overrides = [...code.matchAll(/^override (\w+) = (\w+);/gm)];
  const changed = (number: number): Record<string, number> =>
    Object.fromEntries(overrides.map(([, name, value]) => [name, value === "true" ? 0 : value === "false" ? 1 : number]));
  return overrides.length > 0 ? [{}, changed(1), changed(2)] : [{}];
}

test("the folder holds nothing but shaders", () => {
  expect(files.filter((file) => !/^[a-z0-9]+(-[a-z0-9]+)*\.wgsl$/.test(file))).toEqual([]);
});

describe.each(files)("%s", (file) => {
  const shader = file.replace(/\.wgsl$/, "");
  const code = readFileSync(new URL(`shaders/${file}`, root), "utf8");
  const entryPoints = [...code.matchAll(/@compute\s+@workgroup_size\([^)]*\)\s*fn (\w+)/g)].map(([, name]) => name);

  test("says on its first line what it computes", () => {
    expect(code).toMatch(/^\/\/ \S/);
  });

  test("names the params of its uniform, and has no other uniform", () => {
    const uniforms = [...code.matchAll(/var<uniform>\s*\w+\s*:\s*\w+/g)].map(([declaration]) => declaration);
    expect(uniforms).toEqual(uniforms.length > 0 ? ["var<uniform> params: Params"] : []);
    expect(code.includes("struct Params")).toBe(uniforms.length > 0);
  });

  test("is WGSL as it stands, without marks of a template", () => {
    expect(code.replace(/\/\/.*$/gm, "")).not.toMatch(/^\s*#|[$`]|\{\{/m);
  });

  test("is launched by some op", () => {
    const names = [shader, ...entryPoints.filter((name) => name !== "main")];
    expect(names.filter((name) => !source.includes(`"${name}"`))).toEqual([]);
  });

  test.for<Precision>(["f32", "f16"])("makes a pipeline of each entry point, in %s", async (precision, { skip }) => {
    const opened = await device();
    if (precision === "f16" && !opened.profile.f16) skip("the adapter has no shader-f16");
    if (/^enable subgroups;/m.test(code) && !opened.gpu.features.has("subgroups")) skip("the adapter has no subgroups");
    expect(entryPoints.length).toBeGreaterThan(0);
    for (const entryPoint of entryPoints) {
      for (const overrides of variantsOf(code)) await pipelineFor(opened, { shader, entryPoint, overrides, precision });
    }
    opened.check();
  });
});
