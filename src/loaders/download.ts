/** Files from the hub into a cache folder: resumed where they were cut off, checked by their hash, put in place in one step. Node only. */
import { InputError } from "../bytes.ts";

export interface Download {
  readonly url: string;
  /** Below the cache folder. */
  readonly path: string;
  /** For messages. */
  readonly id: string;
  /** Bytes so far and in all, as they come in. */
  readonly onProgress?: (id: string, loaded: number, total: number) => void;
}

/** What the server says of a file before it is fetched. */
interface Remote {
  /** SHA-256 of the contents (files in large storage), or SHA-1 of git's blob. */
  readonly hash: string;
  readonly size: number;
}

/**
 * The path of the file in the cache, fetched unless the cache holds the same. Where the server cannot be reached, what the cache holds
 * must do; so it does without asking if HF_HUB_OFFLINE is set. Undefined where the server has no such file.
 * @throws InputError where the server cannot be reached or refuses, or the file that arrives is not the one it named.
 */
export async function download({ url, path, id, onProgress }: Download): Promise<string | undefined> {
  const { fs, crypto, join, dirname } = node(id);
  const target = join(cacheFolder(id), path);
  const cached = await fs.readFile(`${target}.hash`, "utf8").catch(() => undefined);
  const isCached = cached !== undefined && (await fs.stat(target).catch(() => undefined)) !== undefined;
  if (process.env.HF_HUB_OFFLINE && process.env.HF_HUB_OFFLINE !== "0") {
    if (isCached) return target;
    throw new InputError(id, `is not in the cache (${dirname(target)}), and HF_HUB_OFFLINE forbids to fetch it`);
  }
  let remote: Remote | undefined;
  try {
    remote = await ask(url, id);
  } catch (error) {
    if (error instanceof InputError) throw error;
    if (isCached) return target;
    const problem = `cannot be fetched from ${new URL(url).origin} (is this machine offline?), and is not in the cache (${dirname(target)})`;
    throw new InputError(id, problem, { cause: error });
  }
  if (!remote) return undefined;
  if (isCached && cached === remote.hash) return target;
  await fs.mkdir(dirname(target), { recursive: true });
  const partial = `${target}.${remote.hash}.partial`;
  await fetchInto(partial, remote, url, id, onProgress);
  const found = await hashOf(partial, remote);
  if (found !== remote.hash) {
    await fs.rm(partial, { force: true });
    throw new InputError(id, `arrived damaged: its hash is ${found}, should be ${remote.hash}`);
  }
  await fs.rename(partial, target);
  await fs.writeFile(`${target}.hash`, remote.hash);
  return target;

  /** SHA-256, or as git names its blobs: SHA-1 of "blob", the size, a zero and the contents. */
  async function hashOf(file: string, { hash, size }: Remote): Promise<string> {
    const digest = crypto.createHash(hash.length === 64 ? "sha256" : "sha1");
    if (hash.length === 40) digest.update(`blob ${size}\0`);
    const handle = await fs.open(file);
    for await (const chunk of handle.createReadStream()) digest.update(chunk);
    return digest.digest("hex");
  }
}

function node(id: string) {
  const get = globalThis.process?.getBuiltinModule;
  if (!get) throw new InputError(id, "ids of the hub are for Node; give the file's URL");
  const { join, dirname } = get("node:path");
  return { fs: get("node:fs/promises"), crypto: get("node:crypto"), homedir: get("node:os").homedir, join, dirname };
}

/** ROENTGEN_CACHE, or roentgen in the user's cache folder. */
function cacheFolder(id: string): string {
  const { join, homedir } = node(id);
  return process.env.ROENTGEN_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "roentgen");
}

/** The hub answers with the hash and size of a file in large storage, and then leads elsewhere: the first answer is the one to read. */
async function ask(url: string, id: string): Promise<Remote | undefined> {
  const response = await fetch(url, { method: "HEAD", redirect: "manual", headers: { "accept-encoding": "identity" } });
  const moved = response.headers.get("location");
  if (response.status === 404) return undefined;
  // A repository that was renamed: the same file by another path of the same host.
  if (response.status === 307 && moved?.startsWith("/")) return ask(new URL(moved, url).href, id);
  if (response.status >= 400) {
    const hint = response.status === 401 || response.status === 403 ? " (there is no such repository, or it is not public)" : "";
    throw new InputError(id, `the hub answered ${response.status} ${response.statusText}`.trimEnd() + hint);
  }
  const hash = (response.headers.get("x-linked-etag") ?? response.headers.get("etag") ?? "").replace(/^W\//, "").replaceAll('"', "");
  const size = Number(response.headers.get("x-linked-size") ?? response.headers.get("content-length"));
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(hash) || !Number.isSafeInteger(size))
    throw new InputError(id, "the hub did not say the file's hash and size, by which it would be checked");
  return { hash, size };
}

/** Goes on where an earlier attempt was cut off, if the server can. */
async function fetchInto(file: string, { size }: Remote, url: string, id: string, onProgress: Download["onProgress"]): Promise<void> {
  const { fs } = node(id);
  const have = (await fs.stat(file).catch(() => undefined))?.size ?? 0;
  if (have === size && size > 0) return;
  const isResumed = have > 0 && have < size;
  let response: Response;
  try {
    response = await fetch(url, { headers: { "accept-encoding": "identity", ...(isResumed && { range: `bytes=${have}-` }) } });
  } catch (cause) {
    throw new InputError(id, "cannot be fetched", { cause });
  }
  if (!response.ok) throw new InputError(id, `the hub answered ${response.status} ${response.statusText}`.trimEnd());
  const handle = await fs.open(file, response.status === 206 ? "a" : "w");
  let loaded = response.status === 206 ? have : 0;
  try {
    for await (const chunk of response.body ?? []) {
      loaded += chunk.length;
      if (loaded > size) throw new InputError(id, `is longer than the ${size} bytes that the hub named`);
      await handle.write(chunk);
      onProgress?.(id, loaded, size);
    }
  } catch (cause) {
    throw cause instanceof InputError
      ? cause
      : new InputError(id, `was cut off at byte ${loaded} of ${size}; the next attempt goes on there`, { cause });
  } finally {
    await handle.close();
  }
  if (loaded < size) throw new InputError(id, `was cut off at byte ${loaded} of ${size}; the next attempt goes on there`);
}
