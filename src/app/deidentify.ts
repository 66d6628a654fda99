/** Copies of DICOM films that tell nobody's name: `npx tsx src/app/deidentify.ts FILES… --out DIR` */
import { join } from "node:path";
import { Command } from "commander";
import { InputError, readBytes } from "../bytes.ts";
import { type Deidentified, deidentify } from "../loaders/dicom/deidentify.ts";
import { makeFolder } from "../training/write-file.ts";
import { complain, exitCode, isMain, note, runProgram } from "./command-line.ts";
import { expandInputs } from "./inputs.ts";
import { writeNew } from "./output-files.ts";
import { version } from "./version.ts";

interface DeidentifyOptions {
  readonly out: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

export const deidentifyCommand = (): Command =>
  new Command("deidentify")
    .description("Write copies of DICOM films without anything that tells whose they are.")
    .argument("<files...>", "DICOM files, folders, globs, or - for a list of them on stdin")
    .requiredOption("--out <folder>", "where the copies go, each named by its new SOP Instance UID")
    .option("--json", "one JSON document on stdout", false)
    .option("--quiet", "no notes on stderr", false)
    .version(version)
    .addHelpText(
      "after",
      `
Examples:
  deidentify film.dcm --out shared                    a copy, and a list of what it lacks
  deidentify ward/ --out shared --json > removed.json

Kept are the pixels, byte for byte, and a list of technical attributes that hold codes and numbers; everything else is
removed: names, dates, descriptions, private attributes, overlays. UIDs are replaced, the same one by the same within a run.
What is drawn into the pixels stays: look at the films.

Exit codes: 0 done, 1 failed, 2 usage, 4 some inputs failed.`,
    )
    .action(run);

async function run(typed: readonly string[], options: DeidentifyOptions): Promise<void> {
  const files = await expandInputs(typed);
  await makeFolder(options.out);
  const uids = new Map<string, string>();
  const results: object[] = [];
  for (const file of files) {
    try {
      const { bytes, uid, ...report } = deidentify(await readBytes(file), file, uids);
      const copy = join(options.out, `${uid}.dcm`);
      await writeNew(copy, bytes);
      results.push({ file, copy, ...report });
      if (!options.json) process.stdout.write(format(file, copy, report));
      for (const warning of report.warnings) note(`${file}: ${warning}`, options);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      complain(error);
      results.push({ file, error: error.message });
      process.exitCode = exitCode.someFailed;
    }
  }
  if (options.json) process.stdout.write(`${JSON.stringify({ tool: "roentgen", version, results }, undefined, 2)}\n`);
}

function format(
  file: string,
  copy: string,
  { removed, emptied, replaced }: Pick<Deidentified, "removed" | "emptied" | "replaced">,
): string {
  const lines = Object.entries({ removed, emptied, replaced }).flatMap(([what, tags]) => tags.map((tag) => `  ${what.padEnd(8)}  ${tag}`));
  return `${[`${file} → ${copy}`, ...lines].join("\n")}\n`;
}

if (isMain(import.meta.url)) await runProgram(deidentifyCommand());
