/** Shaders: complete WGSL files, read as they stand, and the uniform block packed in the order that the file declares. */
import { readBytes } from "../bytes.ts";
import type { Precision } from "./layout.ts";
import { shaderText } from "./shader-text.ts";

/** A shader that does not compile, or params that do not fit its `struct Params`: file:line:column, what is wrong, and the line. */
export class ShaderError extends Error {
  constructor(subject: string, problem: string, options?: ErrorOptions) {
    super(`${subject}: ${problem}`, options);
    this.name = "ShaderError";
  }
}

export interface Shader {
  readonly name: string;
  readonly code: string;
  readonly bindings: readonly ShaderBinding[];
  readonly params: readonly ShaderParam[];
}

export interface ShaderBinding {
  readonly binding: number;
  readonly type: GPUBufferBindingType;
}

export interface ShaderParam {
  readonly name: string;
  readonly type: "u32" | "i32" | "f32";
}

/** The storage types that a file declares, and what they become for f16; sums stay f32. This is the only edit made to a file. */
const f16Aliases: readonly (readonly [string, string])[] = [
  ["alias Value = vec4f;", "alias Value = vec4h;"],
  ["alias Scalar = f32;", "alias Scalar = f16;"],
];

/** Reads shaders/<name>.wgsl, or the file at a URL, for values stored as f32 or f16. */
export async function loadShader(shader: string | URL, precision: Precision): Promise<Shader> {
  const isOurs = typeof shader === "string";
  const text = isOurs ? await shaderText(shader) : new TextDecoder().decode(await readBytes(shader));
  const name = isOurs ? `${shader}.wgsl` : shader.pathname.slice(shader.pathname.lastIndexOf("/") + 1);
  // On the first line, which is a comment, so that line numbers in errors stay those of the file.
  const code = precision === "f32" ? text : `enable f16; ${f16Aliases.reduce((source, [from, to]) => source.replace(from, to), text)}`;
  return { name, code, bindings: bindingsOf(text), params: paramsOf(name, text) };
}

/** Where two entry points declare the same binding under different types, the layout is the same and counts once. */
function bindingsOf(text: string): ShaderBinding[] {
  const types = new Map<number, GPUBufferBindingType>();
  for (const [, binding, space] of text.matchAll(/@group\(0\)\s*@binding\((\d+)\)\s*var<([^>]+)>/g)) {
    types.set(Number(binding), space === "uniform" ? "uniform" : space.includes("read_write") ? "storage" : "read-only-storage");
  }
  return [...types].map(([binding, type]) => ({ binding, type })).sort((a, b) => a.binding - b.binding);
}

function paramsOf(name: string, text: string): ShaderParam[] {
  const body = /struct Params\s*\{([^}]*)\}/.exec(text)?.[1] ?? "";
  const fields = body
    .replace(/\/\/.*$/gm, "")
    .split(",")
    .map((field) => field.trim())
    .filter(Boolean);
  return fields.map((field) => {
    const [, fieldName, type] = /^(\w+)\s*:\s*(u32|i32|f32)$/.exec(field) ?? [];
    if (type !== "u32" && type !== "i32" && type !== "f32")
      throw new ShaderError(name, `Params may hold u32, i32 and f32 only, got "${field}"`);
    return { name: fieldName, type };
  });
}

/**
 * Writes params by name at a byte offset of `out`, in the order the shader declares them.
 * @throws ShaderError for a name that is missing or that the shader does not have.
 */
export function packParams(shader: Shader, values: Readonly<Record<string, number>>, out: DataView, offset: number): void {
  const unknown = Object.keys(values).filter((name) => !shader.params.some((param) => param.name === name));
  const missing = shader.params.filter((param) => values[param.name] === undefined).map((param) => param.name);
  if (unknown.length > 0 || missing.length > 0) {
    throw new ShaderError(shader.name, `params do not match, missing [${missing.join(", ")}], unknown [${unknown.join(", ")}]`);
  }
  shader.params.forEach(({ name, type }, index) => {
    const at = offset + index * 4;
    if (type === "f32") out.setFloat32(at, values[name], true);
    else if (type === "i32") out.setInt32(at, values[name], true);
    else out.setUint32(at, values[name], true);
  });
}
