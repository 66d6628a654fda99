/** The text of the kernels' shaders. In the library for pages the texts themselves take this file's place (see vite.library.ts). */
import { readBytes } from "../bytes.ts";

/** What shaders/<name>.wgsl holds. */
export const shaderText = async (name: string): Promise<string> =>
  new TextDecoder().decode(await readBytes(new URL(`../../shaders/${name}.wgsl`, import.meta.url)));

/** What tells these shaders from those of another version, as far as tuning goes. */
export const shaderTexts = (names: readonly string[]): Promise<string[]> => Promise.all(names.map(shaderText));
