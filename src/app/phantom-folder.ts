/** A folder of drawn films with a manifest, for trainings that need no data. */
import { join } from "node:path";
import { type CohortOptions, cohort, indicatorRules } from "../imaging/phantom-cohort.ts";
import { writeCsv } from "../loaders/csv.ts";
import { encodePng } from "../loaders/png.ts";
import type { Sample } from "../training/dataset.ts";
import { splitDataset } from "../training/split.ts";
import { makeFolder } from "../training/write-file.ts";
import { writeUnlessThere } from "./output-files.ts";

/** The shares of the sets in the manifest's column `split`. */
const shares = { train: 0.6, val: 0.2, test: 0.2 };

/**
 * Writes `film-N.png`, `lungs-N.png`, `opacities-N.png` and `manifest.csv` with the columns file, mask, lesions, label, patient_id, source,
 * split, opacity_share and the five indicators of Liang 2021. Sets are dealt out by class.
 * @returns the manifest's path.
 * @throws InputError for a folder that holds a manifest already, unless it may be overwritten, and where a file cannot be written.
 * @throws RangeError for what `cohort` refuses.
 */
export async function writePhantomFolder(
  folder: string,
  { force = false, ...options }: CohortOptions & { readonly force?: boolean },
): Promise<string> {
  const manifest = join(folder, "manifest.csv");
  await makeFolder(folder);
  const indicators = Object.keys(indicatorRules);
  const columns = ["file", "mask", "lesions", "label", "patient_id", "source", "split", "opacity_share", ...indicators];
  const digits = String(options.films - 1).length;
  const rows: string[][] = [];
  const samples: Sample[] = [];
  for (const { patient, label, phantom, share, indicators: values } of cohort(options)) {
    const number = String(rows.length).padStart(digits, "0");
    const [film, mask, outline] = ["film", "lungs", "opacities"].map((what) => `${what}-${number}.png`);
    await writeUnlessThere(join(folder, film), encodePng(phantom.image), force);
    for (const [name, region] of [
      [mask, phantom.lungs],
      [outline, phantom.opacityMask],
    ] as const) {
      const picture = { ...phantom.image, data: region.map((value) => 255 * value) };
      await writeUnlessThere(join(folder, name), encodePng(picture), force);
    }
    rows.push([
      film,
      mask,
      outline,
      label,
      patient,
      "phantom",
      "",
      share.toFixed(6),
      ...Object.values(values).map((value) => value.toFixed(4)),
    ]);
    samples.push({ name: film, picture: film, patient, label: Object.keys(options.patterns).indexOf(label) });
  }
  const dealt = splitDataset({ name: manifest, classes: Object.keys(options.patterns), samples }, { shares, seed: options.seed ?? 0 });
  const table = rows.map((row, i) => row.map((field, c) => (columns[c] === "split" ? (dealt.samples[i].split ?? "") : field)));
  await writeUnlessThere(manifest, writeCsv({ columns, rows: table }), force);
  return manifest;
}
