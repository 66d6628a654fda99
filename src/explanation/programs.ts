/** Compiled programs that are kept for the next picture. */
import type { Device } from "../gpu/device.ts";
import { compile, type Program } from "../graph/program.ts";
import { tunedProfile } from "../graph/tune.ts";
import type { Node } from "../kernels/op.ts";

/** Programs kept at once; each holds its own packed weights. */
const MAX_PROGRAMS = 2;

/** Programs by a key, of which the last used are kept; those of a device that was lost go with it. */
export function programsOf(model: { readonly device: Device }) {
  const programs = new Map<string, Promise<Program>>();
  let { device } = model;
  const compileOf = async (outputs: Record<string, Node>): Promise<Program> => {
    const profile = await tunedProfile(device, Object.values(outputs));
    return compile(device, outputs, { profile });
  };
  const get = async (key: string, outputs: () => Record<string, Node>): Promise<Program> => {
    if (device !== model.device) programs.clear();
    device = model.device;
    const program = programs.get(key) ?? compileOf(outputs());
    program.catch(() => programs.delete(key));
    programs.delete(key);
    programs.set(key, program);
    const [oldest] = programs.keys();
    if (programs.size > MAX_PROGRAMS) {
      const given = programs.get(oldest);
      programs.delete(oldest);
      await (await given)?.destroy();
    }
    return program;
  };
  const destroy = (): void => {
    for (const program of programs.values()) program.then((ready) => ready.destroy()).catch(() => {});
    programs.clear();
  };
  return { get, destroy };
}
