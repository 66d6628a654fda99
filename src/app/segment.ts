/** Lungs of chest films: `npx tsx src/app/segment.ts FILES…` */
import { Command, InvalidArgumentError } from "commander";
import { InputError } from "../bytes.ts";
import type { Box } from "../imaging/crop.ts";
import { type Lung, type Lungs, lungsIn } from "../imaging/lung-mask.ts";
import type { Finding } from "../imaging/quality.ts";
import type { Image, PixelSpacing } from "../loaders/image.ts";
import { lungClasses } from "../models/film-and-lungs.ts";
import type { Model } from "../models/model.ts";
import { nearestName } from "../models/nearest-name.ts";
import { openFilm } from "../models/picture.ts";
import type { Milliseconds } from "../models/result.ts";
import { makeFolder } from "../training/write-file.ts";
import { condition, list, numberWithin } from "./arguments.ts";
import { complain, exitCode, isMain, note, runProgram, withSharedOptions } from "./command-line.ts";
import { type FilmOptions, readOptionsOf, withFilmOptions } from "./film-options.ts";
import { noteFilm, problemOf, rounded, roundedTimes } from "./film-report.ts";
import { expandInputs } from "./inputs.ts";
import { cropBox, type LungFiles, type Margin, sidesNote, writeLungs } from "./lung-files.ts";
import { maskOf } from "./lung-map.ts";
import { type ModelOptions, openModel, withModelOptions } from "./models.ts";
import { progressBar } from "./progress.ts";
import { scoreManifest } from "./segment-score.ts";
import { version } from "./version.ts";

export interface SegmentOptions extends ModelOptions, FilmOptions {
  readonly lungs?: readonly string[];
  readonly threshold: number;
  readonly clean: number;
  readonly margin: Margin;
  readonly out?: string;
  readonly json: boolean;
  readonly score?: string;
  readonly where?: Readonly<Record<string, readonly string[]>>;
  readonly split?: string;
}

/** A film's lungs as JSON has them. */
interface LungReport {
  readonly area: number;
  readonly share: number;
  readonly parts: number;
  readonly sides: readonly (Lung & { readonly mm2?: number })[];
  /** Where the file tells its scale. */
  readonly mm2?: number;
  readonly spacing?: PixelSpacing;
  readonly crop: Box;
}

interface FileResult {
  readonly file: string;
  readonly lungs?: LungReport;
  readonly files?: LungFiles;
  readonly findings?: readonly (Finding | MaskFinding)[];
  readonly notes?: readonly string[];
  readonly milliseconds?: Milliseconds;
  readonly error?: string;
}

/** A mask that cannot be two lungs and was passed on all the same. */
interface MaskFinding {
  readonly name: "mask";
  readonly severity: "warn";
  readonly message: string;
}

export const segmentCommand = (): Command =>
  withSharedOptions(withFilmOptions(withModelOptions(new Command("segment"))))
    .description("Find the lungs on chest films. Research use, not for clinical use.")
    .argument("<files...>", "PNG, JPEG, DICOM, TIFF, WebP and BMP files, folders, globs, or - for a list of them on stdin")
    .option("--lungs <a,b>", "which of the model's classes are lung; by default its only one, or those with lung in their names", list)
    .option("--threshold <p>", "a pixel is lung where its probability is above", numberWithin(0, 1), 0.5)
    .option("--clean <share>", "parts and holes of at most this share of the film are removed and filled", numberWithin(0, 1), 0.02)
    .option("--margin <n|n%>", "around the lungs in the crop: pixels, or percent of the film's longer side", margin, {
      value: 5,
      unit: "%",
    })
    .option("--out <folder>", "where NAME.mask.png, .overlay.png, .contour.png, .contour.json and .crop.png are written")
    .option("--json", "one JSON document on stdout", false)
    .option("--score <column>", "FILES is one CSV table; its column of true masks is what masks are compared with")
    .option("--where <column=a,b>", "with --score: only rows with one of these texts; may be repeated", condition)
    .option("--split <name>", "with --score: only rows of this set, by the column split")
    .version(version)
    .addHelpText(
      "after",
      `
Examples:
  segment samples/phantom.png                          area and shares
  segment films/ --out lungs                           masks, overlays, outlines and crops of a folder
  segment film.dcm --out lungs --margin 50 --json      for another program
  segment film.png --arch lung_unet --weights trained_model.hdf5 --threshold 0
  segment lungs.csv --score mask --split test --where convention=lung_fields

Right and left are the patient's: the right lung is on the left of the film. A mask that cannot be two lungs is an
error of its film, with its reason, and is not written; --checks warn writes it all the same. mm² are given where a
DICOM file tells its scale. --score prints Dice and intersection over union of every row, whatever the checks say.

Exit codes: 0 done, 1 failed, 2 usage, 3 no usable GPU, 4 some inputs failed.`,
    )
    .action(segment);

/** The model of lungs that comes with the package. */
const LUNG_MODEL = "lungs-unet16";

async function segment(typed: readonly string[], options: SegmentOptions, command: Command): Promise<void> {
  const isScored = options.score !== undefined;
  if (isScored && (typed.length > 1 || options.out !== undefined)) command.error("error: --score takes one table, and writes no files");
  if (!isScored && (options.where || options.split !== undefined)) command.error("error: --where and --split are for --score");
  const files = isScored ? typed : await expandInputs(typed);
  const { model, name } = await openModel({ ...options, model: options.model ?? (options.weights ? undefined : LUNG_MODEL) });
  const classes = chosenClasses(model, name, options.lungs);
  const about = documentOf(model, name, classes, options);
  if (isScored) return scoreManifest(model, classes, files[0], options, about);
  if (options.out !== undefined) await makeFolder(options.out);
  const bar = progressBar(files.length, options);
  const results: FileResult[] = [];
  try {
    for (const file of files) {
      const result = await segmentFile(model, classes, file, options);
      bar.increment();
      results.push(result);
      noteFilm(result, options);
      if (result.error !== undefined) complain(new InputError(file, result.error));
      else if (!options.json) process.stdout.write(format(result, files.length > 1));
    }
  } finally {
    // Also where the GPU fails midway: what was done by then is not lost.
    bar.stop();
    if (options.json) process.stdout.write(`${JSON.stringify({ ...about, sides: sidesNote, results }, undefined, 2)}\n`);
  }
  if (results.some(({ error }) => error !== undefined)) process.exitCode = exitCode.someFailed;
  if (results.some(({ error }) => error === undefined)) note("Research use only, not for clinical use.", options);
}

/** What every JSON document of this program begins with. */
function documentOf(
  { device: { profile }, description }: Model,
  name: string,
  classes: readonly number[],
  options: SegmentOptions,
): object {
  const { arch, task } = description;
  const model = { name, arch, task, classes: description.classes, precision: options.precision };
  const { threshold, clean } = options;
  const adapter = { class: profile.class, description: profile.description };
  return { tool: "roentgen", version, adapter, model, lungs: classes.map((c) => description.classes[c]), threshold, clean };
}

/**
 * The places of the classes that are lung.
 * @throws InputError where the model does not segment, has no such class, or it is not clear which are meant.
 */
function chosenClasses({ description: { task, classes } }: Model, name: string, wanted: readonly string[] | undefined): number[] {
  if (task !== "segmentation") throw new InputError(name, `is a ${task} model, it does not segment`);
  if (wanted) return wanted.map((label) => placeOf(label, classes, name));
  const named = lungClasses(classes);
  if (named.length > 0) return named;
  throw new InputError(name, `has the classes ${classes.join(", ")}; say which of them are lung (--lungs)`);
}

function placeOf(label: string, classes: readonly string[], name: string): number {
  const place = classes.indexOf(label);
  if (place >= 0) return place;
  const nearest = nearestName(label, classes);
  throw new InputError(name, `has no class ${label}, ${nearest ? `did you mean ${nearest}?` : `only ${classes.join(", ")}`}`);
}

async function segmentFile(model: Model, classes: readonly number[], file: string, options: SegmentOptions): Promise<FileResult> {
  const start = performance.now();
  let told: Partial<FileResult> = {};
  try {
    const { image, findings } = await openFilm(file, readOptionsOf(options));
    const decode = performance.now() - start;
    const { maps, milliseconds } = await model.segment(image);
    const mask = maskOf(maps, classes, options);
    const lungs = lungsIn(mask);
    const box = cropBox(mask, options.margin);
    told = {
      lungs: reportOf(lungs, box, image),
      ...(image.notes && { notes: image.notes }),
      ...nonEmpty(findings),
      milliseconds: roundedTimes({ ...milliseconds, decode }),
    };
    const problems = lungs.problem === undefined || options.checks === "off" ? [] : [`its mask cannot be two lungs: ${lungs.problem}`];
    if (problems.length > 0 && options.checks === "refuse") return { file, ...told, error: problems[0] };
    const warned = problems.map((message): MaskFinding => ({ name: "mask", severity: "warn", message }));
    const files = options.out === undefined ? {} : { files: await writeLungs(options.out, file, image, mask, lungs, box) };
    return { file, ...told, ...files, ...nonEmpty([...findings, ...warned]) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { file, ...told, error: problemOf(file, error) };
  }
}

const nonEmpty = (findings: readonly (Finding | MaskFinding)[]): Pick<FileResult, "findings"> => (findings.length > 0 ? { findings } : {});

function reportOf({ area, share, parts, sides }: Lungs, box: Box, { facts }: Image): LungReport {
  const spacing = facts?.spacing;
  if (!spacing) return { area, share, parts, sides, crop: box };
  const mm2 = (pixels: number) => rounded(pixels * spacing.row * spacing.column);
  return { area, share, parts, sides: sides.map((lung) => ({ ...lung, mm2: mm2(lung.area) })), mm2: mm2(area), spacing, crop: box };
}

function format({ file, lungs, files = {} as LungFiles }: FileResult, withName: boolean): string {
  if (!lungs) return "";
  const { sides, share, area, mm2, spacing } = lungs;
  const size = (pixels: number, squares: number | undefined) =>
    `${pixels} px${squares === undefined ? "" : `, ${(squares / 100).toFixed(1)} cm² at the ${spacing?.at}`}`;
  const rows = [
    ["lungs", `${(100 * share).toFixed(1)} % of the film`, size(area, mm2)],
    ...sides.map((lung) => [`patient's ${lung.side}`, `${(100 * lung.share).toFixed(1)} % of the lungs`, size(lung.area, lung.mm2)]),
    ...Object.entries(files).map(([name, path]) => [name, path, ""]),
  ];
  const lines = rows.map(([name, value, more]) => `${withName ? "  " : ""}${name.padEnd(15)}  ${value.padEnd(19)}  ${more}`.trimEnd());
  return `${[...(withName ? [file] : []), ...lines].join("\n")}\n`;
}

function margin(text: string): Margin {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(px|%)?$/.exec(text) ?? [];
  const value = Number(digits);
  const isWhole = unit === "%" || Number.isInteger(value);
  if (digits === undefined || !isWhole) throw new InvalidArgumentError("it reads 50 (pixels) or 5% (of the film's longer side).");
  return { value, unit: unit === "%" ? "%" : "px" };
}

if (isMain(import.meta.url)) await runProgram(segmentCommand());
