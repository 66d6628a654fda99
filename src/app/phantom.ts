/** Synthetic chest films: `npx tsx src/app/phantom.ts OUT.png` */
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { type Phantom, type PhantomOptions, phantom } from "../imaging/phantom.ts";
import type { Pattern } from "../imaging/phantom-cohort.ts";
import { encodePng } from "../loaders/png.ts";
import { makeFolder } from "../training/write-file.ts";
import { isMain, runProgram, wholeNumber } from "./command-line.ts";
import { checkNew, writeUnlessThere } from "./output-files.ts";
import { writePhantomFolder } from "./phantom-folder.ts";
import { version } from "./version.ts";

interface CommandOptions {
  readonly size: number;
  readonly seed: number;
  readonly opacity: number;
  readonly strength: number;
  readonly masks?: string;
  readonly films?: number;
  readonly classes: Readonly<Record<string, Pattern>>;
  readonly force: boolean;
}

export const phantomCommand = (): Command =>
  new Command("phantom")
    .description("Draw a frontal chest film that shows no patient, as an 8-bit grey PNG.")
    .argument("<out.png>", "the file to write; with --films a folder")
    .option("--size <pixels>", "width and height, 64 to 4096", wholeNumber(64), 512)
    .option("--seed <n>", "which patient, and every random detail", wholeNumber(0), 0)
    .option("--opacity <n>", "how many opacities the lungs hold", wholeNumber(0), 0)
    .option("--strength <x>", "how dense they are, 0 to 10: 1 is plain to see, 0.3 subtle", Number, 1)
    .option("--masks <folder>", "also write lungs.png, left.png, right.png, opacities.png and opacity-N.png there")
    .option("--films <n>", "write so many films of different patients and a manifest to train on", wholeNumber(1))
    .option("--classes <name=opacities[:strength],…>", "with --films: the classes, and what the films of each hold", patterns, {
      normal: { opacities: 0 },
      pneumonia: { opacities: 1, strength: 3 },
      covid: { opacities: 4, strength: 1.5 },
    })
    .option("--force", "overwrite files that exist", false)
    .version(version)
    .addHelpText(
      "after",
      `
Examples:
  phantom film.png                                   a normal chest, 512 × 512
  phantom film.png --opacity 2 --masks masks         two opacities, and where they are
  phantom film.png --opacity 1 --strength 0.3        one that is hard to see
  for i in 1 2 3; do phantom film-$i.png --seed $i; done
  phantom films --films 60 --size 96                 a folder with a manifest: class, patient, set, lung mask,
                                                     and clinical values that follow from the opacities

The paths written go to stdout. Masks are 0 and 255; left and right are the patient's.
The same options give the same pixels on every machine.

Exit codes: 0 done, 1 failed, 2 usage.`,
    )
    .action(draw);

async function draw(out: string, options: CommandOptions, command: Command): Promise<void> {
  const { size, seed, opacity, strength, masks, films, classes, force } = options;
  if (films !== undefined) {
    const drawing = writePhantomFolder(out, { films, patterns: classes, size, seed, force });
    process.stdout.write(`${await drawing.catch((error: unknown) => explain(error, command))}\n`);
    return;
  }
  if (!out.toLowerCase().endsWith(".png")) command.error(`error: the file to write is a PNG, got ${out}`);
  const drawn = drawOrExplain({ size, seed, opacities: opacity, strength }, command);
  const files = [{ path: out, image: drawn.image }, ...(masks === undefined ? [] : maskFiles(masks, drawn))];
  for (const { path } of files) await checkNew(path, force);
  if (masks !== undefined) await makeFolder(masks);
  for (const { path, image } of files) {
    await writeUnlessThere(path, encodePng(image), force);
    process.stdout.write(`${path}\n`);
  }
}

/** What the phantom refuses is what was typed. */
function drawOrExplain(options: PhantomOptions, command: Command): Phantom {
  try {
    return phantom(options);
  } catch (error) {
    return explain(error, command);
  }
}

function explain(error: unknown, command: Command): never {
  if (error instanceof RangeError) command.error(`error: ${error.message}`);
  throw error;
}

function patterns(text: string): Record<string, Pattern> {
  const entries = text.split(",").map((part) => {
    const [, name, opacities, strength] = /^([^=]+)=(\d+)(?::(\d+(?:\.\d+)?))?$/.exec(part.trim()) ?? [];
    if (name === undefined) throw new InvalidArgumentError("it reads name=opacities or name=opacities:strength, with commas between.");
    return [name, { opacities: Number(opacities), ...(strength !== undefined && { strength: Number(strength) }) }] as const;
  });
  return Object.fromEntries(entries);
}

function maskFiles(folder: string, { image, lungs, left, right, opacities, opacityMask }: Phantom) {
  const masks = { lungs, left, right, opacities: opacityMask };
  const numbered = opacities.map(({ mask }, i) => [`opacity-${i + 1}`, mask] as const);
  return [...Object.entries(masks), ...numbered].map(([name, mask]) => ({
    path: join(folder, `${name}.png`),
    image: { ...image, data: mask.map((value) => 255 * value) },
  }));
}

if (isMain(import.meta.url)) await runProgram(phantomCommand());
