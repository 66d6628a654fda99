/** The SwiftShader inside `@sparticuz/chromium`, unpacked once into a cache folder. */
import { DeviceError } from "./device-error.ts";

const VERSION = "147.0.0";

/** What the archive must hold for Dawn to run. */
const needed = ["libvk_swiftshader.so", "libvulkan.so.1", "vk_swiftshader_icd.json"];

/**
 * The folder with SwiftShader's Vulkan driver and a Vulkan loader; undefined where the package is not installed. Processes that start
 * at once do not meet: each unpacks into a folder of its own and renames it into place, and the first one wins.
 * @throws DeviceError if the archive cannot be unpacked.
 */
export async function unpackSwiftShader(): Promise<string | undefined> {
  const { createRequire } = globalThis.process.getBuiltinModule("node:module");
  const path = globalThis.process.getBuiltinModule("node:path");
  const fs = globalThis.process.getBuiltinModule("node:fs/promises");
  let archive: string;
  try {
    // build/cjs/index.cjs → the package's folder
    const entry = createRequire(import.meta.url).resolve("@sparticuz/chromium");
    archive = path.join(path.dirname(entry), "../../bin/swiftshader.tar.br");
  } catch {
    return undefined;
  }
  let problem: unknown;
  for (const cache of cacheFolders()) {
    const folder = path.join(cache, `swiftshader-${VERSION}`);
    try {
      await makeOwn(cache);
      if (await isComplete(folder)) return folder;
      const temporary = await fs.mkdtemp(`${folder}-`);
      try {
        await unpack(archive, temporary);
        await fs.rename(temporary, folder);
      } catch (cause) {
        await fs.rm(temporary, { recursive: true, force: true });
        if (!(await isComplete(folder))) throw cause;
      }
      return folder;
    } catch (cause) {
      problem = cause;
    }
  }
  throw new DeviceError(`cannot unpack ${archive}, ${problem instanceof Error ? problem.message : String(problem)}`, {
    cause: problem,
    reason: "no-adapter",
  });
}

/** Where to keep it: the user's cache, else a folder of this user's among the temporary files. */
function cacheFolders(): string[] {
  const os = globalThis.process.getBuiltinModule("node:os");
  const path = globalThis.process.getBuiltinModule("node:path");
  const { XDG_CACHE_HOME, HOME } = globalThis.process.env;
  const cache = XDG_CACHE_HOME || (HOME && path.join(HOME, ".cache"));
  return [...(cache ? [path.join(cache, "roentgen")] : []), path.join(os.tmpdir(), `roentgen-${globalThis.process.getuid?.()}`)];
}

/** Makes a cache folder, and refuses one of another user's: what is unpacked there is code. */
async function makeOwn(cache: string): Promise<void> {
  const fs = globalThis.process.getBuiltinModule("node:fs/promises");
  await fs.mkdir(cache, { recursive: true, mode: 0o700 });
  if ((await fs.stat(cache)).uid !== globalThis.process.getuid?.()) throw new Error(`${cache} belongs to another user`);
}

async function isComplete(folder: string): Promise<boolean> {
  const fs = globalThis.process.getBuiltinModule("node:fs/promises");
  const found = await fs.readdir(folder).catch((): string[] => []);
  return needed.every((name) => found.includes(name));
}

async function unpack(archive: string, folder: string): Promise<void> {
  const fs = globalThis.process.getBuiltinModule("node:fs/promises");
  const path = globalThis.process.getBuiltinModule("node:path");
  const { brotliDecompressSync } = globalThis.process.getBuiltinModule("node:zlib");
  const files = filesOfTar(brotliDecompressSync(await fs.readFile(archive)));
  for (const name of needed) {
    const content = files.get(name);
    if (!content) throw new Error(`${archive} does not hold ${name}`);
    await fs.writeFile(path.join(folder, name), content, { mode: 0o755 });
  }
}

/** The regular files of an uncompressed POSIX tar archive: blocks of 512 bytes, a header and then the content, padded. */
export function filesOfTar(tar: Uint8Array): Map<string, Uint8Array> {
  const text = (from: number, to: number): string => new TextDecoder().decode(tar.subarray(from, to)).replace(/\0.*$/s, "").trim();
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at + 512 <= tar.length; ) {
    const name = text(at, at + 100);
    if (name === "") break;
    const size = Number.parseInt(text(at + 124, at + 136), 8);
    const kind = text(at + 156, at + 157);
    if (kind === "" || kind === "0") files.set(name, tar.subarray(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}
