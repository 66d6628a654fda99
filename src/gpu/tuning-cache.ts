/** What tuning has found, kept from run to run: a file under Node, IndexedDB in a browser, JSON to carry elsewhere. */
import { inStore, settled } from "../page-store.ts";
import type { Device } from "./device.ts";
import type { Precision } from "./layout.ts";
import { shaderTexts } from "./shader-text.ts";

/** Choices as JSON, to ship with a page or to bring to another machine with the same adapter. */
export interface TuningTable {
  readonly format: "roentgen-tuning-1";
  /** The kernels, the adapter and the storage that the choices hold for. */
  readonly fingerprint: string;
  readonly choices: Readonly<Record<string, string>>;
}

/** Tells apart what choices hold for: the text of the kernels, the adapter with its limits, Dawn's toggles, and the storage. */
export async function tuningFingerprint({ profile, toggles }: Device, precision: Precision, shaders: readonly string[]): Promise<string> {
  const texts = await shaderTexts(shaders);
  const { strict, choices, ...adapter } = profile;
  const browser = globalThis.navigator?.userAgent ?? "";
  return fnv1a(JSON.stringify([adapter, toggles, precision, browser, texts]));
}

/** FNV-1a, twice with other beginnings: 64 bits in hexadecimal. */
function fnv1a(text: string): string {
  const half = (seed: number): string => {
    let hash = seed;
    for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    return (hash >>> 0).toString(16).padStart(8, "0");
  };
  return half(0x811c9dc5) + half(0x9dc5811c);
}

/** What is known for a fingerprint: nothing where nothing was found yet, or where what is kept cannot be read. */
export async function readChoices(fingerprint: string): Promise<Map<string, string>> {
  const text = await read(fingerprint).catch(() => undefined);
  try {
    return text === undefined ? new Map() : choicesOf(text, fingerprint);
  } catch {
    return new Map();
  }
}

/** Keeps choices; a place that cannot be written to costs the next run a measurement and nothing else. */
export async function writeChoices(fingerprint: string, choices: ReadonlyMap<string, string>): Promise<void> {
  await write(fingerprint, JSON.stringify(tableOf(fingerprint, choices), undefined, 2)).catch(() => {});
}

/** What is known for a fingerprint, to carry elsewhere. */
export const exportTuning = async (fingerprint: string): Promise<TuningTable> => tableOf(fingerprint, await readChoices(fingerprint));

/**
 * Adds a table from elsewhere to what is known; its choices win.
 * @throws Error if it is no such table, or was made for other kernels or another adapter.
 */
export async function importTuning(table: TuningTable, fingerprint: string): Promise<void> {
  const brought = choicesOf(JSON.stringify(table), fingerprint);
  await writeChoices(fingerprint, new Map([...(await readChoices(fingerprint)), ...brought]));
}

const tableOf = (fingerprint: string, choices: ReadonlyMap<string, string>): TuningTable => ({
  format: "roentgen-tuning-1",
  fingerprint,
  choices: Object.fromEntries([...choices].toSorted(([a], [b]) => (a < b ? -1 : 1))),
});

function choicesOf(text: string, fingerprint: string): Map<string, string> {
  const table: unknown = JSON.parse(text);
  const isTable = typeof table === "object" && table !== null && "format" in table && table.format === "roentgen-tuning-1";
  if (!isTable || !("choices" in table) || typeof table.choices !== "object" || table.choices === null)
    throw new Error("tuning: not a table of tuned kernels");
  const made = "fingerprint" in table ? String(table.fingerprint) : "none";
  if (made !== fingerprint) throw new Error(`tuning: made for other kernels or another adapter, got ${made}, expected ${fingerprint}`);
  return new Map(Object.entries(table.choices).map(([key, name]) => [key, String(name)]));
}

const isNode = globalThis.process?.versions?.node !== undefined;

async function read(fingerprint: string): Promise<string | undefined> {
  if (!isNode) return inStore(TUNING, "readonly", (store) => settled(store.get(fingerprint)));
  const { readFile } = globalThis.process.getBuiltinModule("node:fs/promises");
  return readFile(fileOf(fingerprint), "utf8");
}

async function write(fingerprint: string, text: string): Promise<void> {
  if (!isNode) {
    await inStore(TUNING, "readwrite", (store) => settled(store.put(text, fingerprint)));
    return;
  }
  const { mkdir, rename, writeFile } = globalThis.process.getBuiltinModule("node:fs/promises");
  const { dirname } = globalThis.process.getBuiltinModule("node:path");
  const file = fileOf(fingerprint);
  await mkdir(dirname(file), { recursive: true });
  // Renamed into place, so that a reader beside this one finds the old table or the new.
  const draft = `${file}.${globalThis.process.pid}`;
  await writeFile(draft, text);
  await rename(draft, file);
}

/** ROENTGEN_CACHE, else the user's cache folder. */
function fileOf(fingerprint: string): string {
  const { join } = globalThis.process.getBuiltinModule("node:path");
  const { homedir } = globalThis.process.getBuiltinModule("node:os");
  const { ROENTGEN_CACHE, XDG_CACHE_HOME } = globalThis.process.env;
  return join(ROENTGEN_CACHE || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "roentgen"), `tuning-${fingerprint}.json`);
}

const TUNING = { database: "roentgen", store: "tuning" };
