/** What `explain` writes: overlays, maps, numbers, and lines for people. */
import { basename, join } from "node:path";
import { type HeatMap, rescaled } from "../explanation/heat-map.ts";
import { methods } from "../explanation/methods.ts";
import { inEightBits, overlay } from "../explanation/overlay.ts";
import { type Panel, sheet } from "../explanation/sheet.ts";
import { colourTable } from "../imaging/colour-map.ts";
import type { Image } from "../loaders/image.ts";
import { encodePng } from "../loaders/png.ts";
import { makeFolder } from "../training/write-file.ts";
import { formatChecks } from "./explain-checks.ts";
import type { ExplainCommandOptions, Found } from "./explain-options.ts";
import { writeNew } from "./output-files.ts";
import { scoreText } from "./score-text.ts";
import { version } from "./version.ts";

/**
 * Writes the maps of one film: to a PNG the overlay, or several side by side; to a folder also each overlay, its map in 16 bits and its
 * numbers. All maps have one scale.
 * @returns the paths written.
 * @throws InputError where there is such a file already, or it cannot be written.
 */
export async function writeMaps(
  out: string,
  file: string,
  film: Image,
  found: readonly Found[],
  options: ExplainCommandOptions,
  outline?: Image,
): Promise<string[]> {
  const limit = Math.max(...found.map(({ explanation }) => explanation.shownLimit));
  const { colorMap: table, opacity, blend } = options;
  const overlays = found.map(({ explanation }) => overlay(film, rescaled(explanation.levels, limit), { table, opacity, blend, outline }));
  const rows = [...new Set(found.map(({ model }) => model))].map((model): Panel[] => [
    { image: inEightBits(film), caption: model },
    ...found.flatMap(({ model: of, explanation }, i) =>
      of === model ? [{ image: overlays[i], caption: `${explanation.label} ${scoreText(explanation)}` }] : [],
    ),
  ]);
  const { isSigned } = found[0].explanation.levels;
  const bar = {
    table: table ?? colourTable(isSigned ? "bwr" : "turbo"),
    low: isSigned ? short(-limit) : "0",
    high: `${short(limit)} ${options.method}`,
  };
  const together = (): Image => sheet(rows, bar, Math.min(512, Math.max(224, film.height)));
  if (/\.png$/i.test(out)) {
    await writeNew(out, encodePng(found.length === 1 ? overlays[0] : together()));
    return [out];
  }
  await makeFolder(out);
  const start = join(out, basename(file).replace(/\.[^.]+$/, ""));
  const written: string[] = [];
  const put = async (path: string, bytes: Uint8Array): Promise<void> => {
    await writeNew(path, bytes);
    written.push(path);
  };
  for (const [i, each] of found.entries()) {
    const { label, levels } = each.explanation;
    const parts = [...(rows.length > 1 ? [each.model] : []), options.method, label].map((part) => part.replace(/[^\p{L}\p{N}+-]+/gu, "_"));
    const path = `${start}.${parts.join(".")}`;
    await put(`${path}.png`, encodePng(overlays[i]));
    await put(`${path}.map.png`, encodePng(levels.image));
    await put(
      `${path}.json`,
      new TextEncoder().encode(`${JSON.stringify({ tool: "roentgen", version, file, ...fileOfMap(each, true) })}\n`),
    );
  }
  if (found.length > 1) await put(`${start}.${options.method}.png`, encodePng(together()));
  return written;
}

/** A map as JSON has it; its numbers only where asked for. */
export function fileOfMap({ model, explanation, checks }: Found, withCells = false): Record<string, unknown> {
  const { method, label, score, unit, layer, levels, shownLimit, cells, notes } = explanation;
  const { image, limit, isSigned } = levels;
  return {
    model,
    method,
    ...(layer !== undefined && { layer }),
    label,
    score: Number(score.toPrecision(6)),
    ...(unit !== undefined && { unit }),
    width: image.width,
    height: image.height,
    signed: isSigned,
    limit: Number(limit.toPrecision(6)),
    shownLimit: Number(shownLimit.toPrecision(6)),
    strongest: strongestOf(image),
    ...(withCells && { cells: numbersOf(cells) }),
    ...(checks && { checks }),
    ...(notes && { notes }),
  };
}

/** Row by row, with the digits that f32 has. */
const numbersOf = ({ width, height, values }: HeatMap) => ({
  width,
  height,
  values: Array.from(values, (value) => Number(value.toPrecision(7))),
});

/** The column and row of the highest pixel, the middle of those that are equal and next to each other in its row. */
function strongestOf({ width, data }: Image): { readonly x: number; readonly y: number } {
  let best = 0;
  for (let i = 1; i < data.length; i++) if (data[i] > data[best]) best = i;
  let last = best;
  while ((last + 1) % width !== 0 && data[last + 1] === data[best]) last++;
  return { x: (best + Math.floor((last - best) / 2)) % width, y: Math.floor(best / width) };
}

/** One line a map, and its checks under it. */
export function formatMap({ model, explanation, checks }: Found, withModel: boolean): string {
  const { label, layer, method, levels } = explanation;
  const { x, y } = strongestOf(levels.image);
  const { width, height } = levels.image;
  const what = `${methods[method].title}${layer === undefined ? "" : ` of ${layer}`}`;
  const place = levels.limit > 0 ? `strongest at (${x}, ${y}) of ${width} × ${height}` : "nothing to see";
  return `${withModel ? `${model}  ` : ""}${label}  ${scoreText(explanation)}  ${what}: ${place}\n${checks ? formatChecks(checks) : ""}`;
}

const short = (value: number): string => value.toPrecision(3);
