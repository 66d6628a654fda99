/** Which adapter all contestants get, by the environment that a Vulkan loader reads. */
import { existsSync, readdirSync } from "node:fs";
import { dirname } from "node:path";

export interface AdapterEnvironment {
  /** What our own device is asked for. */
  readonly choice: "auto" | "hardware" | "software";
  readonly environment: Readonly<Record<string, string>>;
}

const DRIVERS = "/usr/share/vulkan/icd.d";

/**
 * auto, hardware and software are as in the programs; lavapipe and swiftshader are those two; anything else is a Vulkan driver's file.
 * @throws Error for a driver that is not there.
 */
export function adapterNamed(name: string): AdapterEnvironment {
  if (name === "auto" || name === "hardware" || name === "software") return { choice: name, environment: {} };
  // Without a driver of the system, the one that npm ships is what is left.
  if (name === "swiftshader") return { choice: "software", environment: driver("/nonexistent.json") };
  if (name !== "lavapipe") {
    if (!existsSync(name)) throw new Error(`${name}: no such adapter or Vulkan driver file`);
    return { choice: "auto", environment: driver(name) };
  }
  const file = existsSync(DRIVERS) ? readdirSync(DRIVERS).find((entry) => /^lvp_icd.*\.json$/.test(entry)) : undefined;
  if (!file) throw new Error(`lavapipe: there is none in ${DRIVERS}, install mesa-vulkan-drivers`);
  return { choice: "software", environment: driver(`${DRIVERS}/${file}`) };
}

const driver = (path: string): Readonly<Record<string, string>> => ({ VK_DRIVER_FILES: path, VK_ICD_FILENAMES: path });

/** The environment for peers, from what ours found: also the Vulkan loader beside the driver, where there is one. */
export function peerEnvironment(found: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const folder = dirname(found.VK_DRIVER_FILES ?? "");
  if (!existsSync(`${folder}/libvulkan.so.1`)) return found;
  return { ...found, LD_LIBRARY_PATH: [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(":") };
}
