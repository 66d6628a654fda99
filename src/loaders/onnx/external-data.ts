/** Values that an ONNX model keeps in files of their own, beside it and nowhere else. */
import { InputError, nameOf, readBytes, type Source } from "../../bytes.ts";
import type { OnnxGraph, OnnxModel } from "./model.ts";
import { checkBytes, type OnnxTensor, rawBytes } from "./tensor.ts";

/**
 * The model with all its values, read from files in the folder of `source`.
 * @throws InputError for a file outside that folder or missing, for a part that is not in the file, and where there is no folder.
 */
export async function withExternalData(model: OnnxModel, source: Source): Promise<OnnxModel> {
  const isExternal = ({ content }: OnnxTensor): boolean => content.kind === "external";
  if (![...model.graph.initializers.values()].some(isExternal)) return model;
  const files = new Map<string, Promise<Uint8Array>>();
  const read = (location: string): Promise<Uint8Array> => {
    const known = files.get(location) ?? readBeside(source, location);
    files.set(location, known);
    return known;
  };
  const initializers = new Map<string, OnnxTensor>();
  for (const [name, tensor] of model.graph.initializers) initializers.set(name, await resolved(tensor, nameOf(source), read));
  const graph: OnnxGraph = { ...model.graph, initializers };
  return { ...model, graph };
}

async function resolved(tensor: OnnxTensor, file: string, read: (location: string) => Promise<Uint8Array>): Promise<OnnxTensor> {
  const { name, type, shape, content } = tensor;
  if (content.kind !== "external") return tensor;
  const { location, offset, length = rawBytes(type, shape) } = content;
  const fail = (problem: string) => new InputError(file, `tensor ${JSON.stringify(name)} ${problem}`);
  checkBytes(length, type, shape, fail);
  const bytes = await read(location);
  if (offset + length > bytes.length)
    throw fail(`is said to take bytes ${offset} to ${offset + length} of ${location}, which has ${bytes.length}`);
  return { name, type, shape, content: { kind: "raw", bytes: bytes.subarray(offset, offset + length) } };
}

/** A file by its path from the model's folder. */
async function readBeside(source: Source, location: string): Promise<Uint8Array> {
  const file = nameOf(source);
  const parts = location.split(/[/\\]/);
  if (parts.some((part) => part === "" || part === "..") || /^[a-z][a-z0-9+.-]*:/i.test(location) || location.includes("\0"))
    throw new InputError(file, `keeps values in ${JSON.stringify(location)}, which is not in its folder`);
  if (source instanceof URL) return readBytes(new URL(parts.map(encodeURIComponent).join("/"), source));
  if (typeof source !== "string")
    throw new InputError(file, `keeps values in ${location}: load it by its path or URL, so that its folder is known`);
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(source)) return readBytes(new URL(parts.map(encodeURIComponent).join("/"), source));
  const path = `${source.slice(0, source.length - (/[^/\\]*$/.exec(source)?.[0].length ?? 0))}${location}`;
  await checkFolder(source, path, file, location);
  return readBytes(path);
}

/** A link in the folder may lead out of it. */
async function checkFolder(model: string, path: string, file: string, location: string): Promise<void> {
  const fs = globalThis.process?.getBuiltinModule?.("node:fs/promises");
  if (!fs) return;
  const { dirname, sep } = globalThis.process.getBuiltinModule("node:path");
  let [folder, target]: [string, string] = ["", ""];
  try {
    [folder, target] = [dirname(await fs.realpath(model)), await fs.realpath(path)];
  } catch (cause) {
    throw new InputError(file, `keeps values in ${location}, which cannot be read`, { cause });
  }
  if (!target.startsWith(folder.endsWith(sep) ? folder : folder + sep))
    throw new InputError(file, `keeps values in ${JSON.stringify(location)}, which is not in its folder`);
}
