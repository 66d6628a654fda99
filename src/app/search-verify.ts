/** `search verify`: whether an index is whole, and still of the films and the model it was made of. */
import { Command } from "commander";
import { InputError, readBytes } from "../bytes.ts";
import { sha256 } from "../loaders/sha256.ts";
import { checkAlike, describeEmbeddings, type StoredIndex } from "../retrieval/embedding-index.ts";
import { complain, exitCode, withSharedOptions } from "./command-line.ts";
import { openIndex } from "./index-folder.ts";
import { type ModelOptions, openModel, withModelOptions } from "./models.ts";
import { fromStored } from "./stored-path.ts";
import { version } from "./version.ts";

interface VerifyOptions extends ModelOptions {
  readonly files: boolean;
  readonly json: boolean;
}

export const verifyCommand = (): Command =>
  withSharedOptions(withModelOptions(new Command("verify")))
    .description("check that an index is whole: its counts and hashes")
    .argument("<index>", "the index")
    .option("--files", "that every film is where it was, and has the bytes that were embedded", false)
    .option("--json", "one JSON document on stdout", false)
    .version(version)
    .addHelpText(
      "after",
      `
Examples:
  verify collection
  verify collection --files
  verify collection --model cxr-resnet18             that this model made it, too

Exit codes: 0 whole, 1 damaged or of another model, 2 usage, 3 no usable GPU (with --model), 4 some films are gone or changed.`,
    )
    .action(verify);

async function verify(folder: string, options: VerifyOptions): Promise<void> {
  const index = await openIndex(folder);
  const { items, description, unfinished } = index;
  if (options.model !== undefined || options.weights !== undefined) {
    const opened = await openModel(options, { decode: { pixels: description.pixels } });
    using model = opened.model;
    checkAlike(description, await describeEmbeddings(model, opened.name, { layer: description.layer, pixels: description.pixels }), folder);
  }
  const problems = options.files ? await fileProblems(index, folder) : [];
  for (const problem of problems) complain(problem);
  const { model, arch, layer, dimensions, metric, modelHash } = description;
  if (options.json) {
    const document = { tool: "roentgen", version, index: folder, items: items.length, unfinished, ...description };
    const checked = options.files ? { files: items.length - problems.length, problems: problems.map(({ message }) => message) } : {};
    process.stdout.write(`${JSON.stringify({ ...document, ...checked }, undefined, 2)}\n`);
  } else {
    const lines = [
      `${folder}: whole, ${items.length} films, ${dimensions} dimensions, ${metric}`,
      `layer ${layer} of ${model} (${arch}, ${modelHash.slice(0, 12)})`,
      ...(unfinished > 0
        ? [`${unfinished} more ${unfinished === 1 ? "line" : "lines"} of an append that did not finish; the next one replaces them`]
        : []),
      ...(options.files ? [`${items.length - problems.length} of ${items.length} films are as they were`] : []),
    ];
    process.stdout.write(`${lines.join("\n")}\n`);
  }
  if (problems.length > 0) process.exitCode = exitCode.someFailed;
}

async function fileProblems({ items }: StoredIndex, folder: string): Promise<InputError[]> {
  const problems: InputError[] = [];
  for (const item of items) {
    const path = fromStored(folder, item);
    try {
      if ((await sha256(await readBytes(path))) !== item.sha256) problems.push(new InputError(path, "has changed since it was embedded"));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(error);
    }
  }
  return problems;
}
