/** Compiled programs that are kept for the next run. */
import type { Device } from "../gpu/device.ts";
import type { Precision } from "../gpu/layout.ts";
import { compile, type Program } from "../graph/program.ts";
import type { TuningMode } from "../graph/tune.ts";
import type { Node } from "../kernels/op.ts";

export interface ProgramCacheOptions {
  /** Programs kept at once; each holds its own packed weights. */
  readonly size: number;
  readonly precision?: Precision;
  readonly tuning?: TuningMode;
  /** Called as pipelines get ready. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface ProgramCache {
  /** The program of that key, compiled where there is none. It may be given up when the next one is asked for. */
  get(key: string, outputs: () => Record<string, Node>): Promise<Program>;
  destroy(): void;
}

/** Programs by a key, of which the last used are kept; those of a device that was lost go with it. */
export function programCache(deviceOf: () => Device, { size, precision, tuning, onProgress }: ProgramCacheOptions): ProgramCache {
  const programs = new Map<string, Promise<Program>>();
  let device = deviceOf();
  const compileOf = async (outputs: Record<string, Node>): Promise<Program> => {
    const { tunedProfile } = await import("../graph/tune.ts");
    const profile = await tunedProfile(device, Object.values(outputs), { tuning, precision });
    return compile(device, outputs, { precision, profile, onProgress });
  };
  return {
    async get(key, outputs) {
      if (device !== deviceOf()) programs.clear();
      device = deviceOf();
      const program = programs.get(key) ?? compileOf(outputs());
      program.catch(() => programs.delete(key));
      // Last used goes last; the first is given up when there are too many.
      programs.delete(key);
      programs.set(key, program);
      const [oldest] = programs.keys();
      if (programs.size > size) {
        const given = programs.get(oldest);
        programs.delete(oldest);
        await (await given)?.destroy();
      }
      return program;
    },
    destroy() {
      for (const program of programs.values()) program.then((ready) => ready.destroy()).catch(() => {});
      programs.clear();
    },
  };
}
