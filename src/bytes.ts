/** Bytes from wherever a caller has them, the same way in a browser and under Node. */

/** What every function that reads a file accepts: a path (Node), a URL, a Blob, or the bytes. */
export type Source = string | URL | Blob | ArrayBuffer | Uint8Array;

/** A file or picture that cannot be used: names it and says what is wrong with it. */
export class InputError extends Error {
  constructor(subject: string, problem: string, options?: ErrorOptions) {
    super(`${subject}: ${problem}`, options);
    this.name = "InputError";
  }
}

/** A name for messages: the path or URL as typed, the file's name, "data URL" or "bytes". */
export function nameOf(source: Source): string {
  if (source instanceof URL && source.protocol === "file:") return decodeURIComponent(source.pathname);
  if (typeof source === "string" || source instanceof URL) return /^data:/i.test(String(source)) ? "data URL" : String(source);
  return "name" in source && typeof source.name === "string" ? source.name : "bytes";
}

/**
 * Reads a source whole.
 * @throws InputError where there is no such file, it is a folder, or a server refuses it.
 */
export async function readBytes(source: Source): Promise<Uint8Array<ArrayBuffer>> {
  if (source instanceof Uint8Array) return source as Uint8Array<ArrayBuffer>;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
  if (typeof source === "string" && /^(file|data):/i.test(source)) return readBytes(new URL(source));
  if (source instanceof URL && source.protocol === "data:") return bytesOfDataUrl(source);
  const fs = globalThis.process?.getBuiltinModule?.("node:fs/promises");
  const isFile = source instanceof URL ? source.protocol === "file:" : !/^[a-z][a-z0-9+.-]+:\/\//i.test(source);
  if (fs && isFile) {
    try {
      const buffer = await fs.readFile(source);
      return new Uint8Array(buffer.buffer as ArrayBuffer, buffer.byteOffset, buffer.byteLength);
    } catch (cause) {
      throw new InputError(nameOf(source), fileProblem(cause), { cause });
    }
  }
  let response: Response;
  try {
    response = await fetch(source);
  } catch (cause) {
    throw new InputError(nameOf(source), "cannot be fetched", { cause });
  }
  if (!response.ok) throw new InputError(nameOf(source), `the server answered ${response.status} ${response.statusText}`.trimEnd());
  return new Uint8Array(await response.arrayBuffer());
}

/** Not by `fetch`, which a page's content policy may keep from reading them. */
function bytesOfDataUrl({ href }: URL): Uint8Array<ArrayBuffer> {
  const comma = href.indexOf(",");
  const content = href.slice(comma + 1).replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  try {
    if (comma < 0) throw new Error("there is no comma");
    const binary = /;\s*base64\s*$/i.test(href.slice(0, comma)) ? atob(content) : content;
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch (cause) {
    throw new InputError("data URL", "is damaged", { cause });
  }
}

function fileProblem(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ENOENT") return "no such file";
  if (code === "EISDIR") return "is a folder, not a file";
  if (code === "EACCES") return "permission denied";
  return `cannot be read (${cause instanceof Error ? cause.message : String(cause)})`;
}
