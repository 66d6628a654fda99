/** Training a network on chest films: `npx tsx src/app/train.ts MANIFEST --arch mobilenet_v2 --out DIR` */
import { readFile, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { Command } from "commander";
import { InputError } from "../bytes.ts";
import { type Device, requestDevice } from "../gpu/device.ts";
import type { Results } from "../systems/system.ts";
import { isMain, note, runProgram, withSharedOptions } from "./command-line.ts";
import { configOf } from "./train-config.ts";
import { checkFree, openFolder } from "./train-folder.ts";
import { type TrainOptions, takeConfig, withTrainOptions } from "./train-options.ts";
import { type Summary, type Training, trainByFolds, trainOnce, trainStudents } from "./train-runs.ts";
import { type ChosenSystem, chosenOf, drawFilms, namesOf, takePlan, typedOptions, writeComparison } from "./train-system.ts";
import { version } from "./version.ts";

export const trainCommand = (): Command =>
  withSharedOptions(withTrainOptions(new Command("train")))
    .description("Train a network on chest films. Research use, not for clinical use.")
    .argument("[manifest|folder]", "a CSV table of films, or a folder with a folder a class")
    .version(version)
    .addHelpText(
      "after",
      `
Examples:
  train films.csv --arch mobilenet_v2 --size 96 --epochs 20 --out runs/first      from random values
  train films/ --init weights/cxr-resnet18.safetensors --arch resnet18 --freeze trunk --out runs/head
  train lungs.csv --arch unet_small --where convention=lung_fields --out runs/lungs
  train --config runs/first/config.json --seed 1 --out runs/second                the same with another seed
  train --resume runs/first                                                       goes on after Ctrl-C
  train films.csv --arch mobilenet_v2 --folds 5 --out runs/folds                  judged on every film
  train films.csv --system minaee2020 --member resnet50 --init hf:timm/resnet50.tv_in1k --out runs/minaee
  train --system apostolopoulos2020 --quick --out runs/quick                      on drawn films, in minutes

DIR gets model.safetensors (the best epoch, for \`infer --model\`), its card DIR.md, log.jsonl, curve.svg, config.json,
and the checkpoints last.safetensors and best.safetensors. Ctrl-C finishes the batch and saves; a second one does not.
With --folds DIR gets folds.json and a folder a fold; with --system also tables/ and system.json, which says what the paper did.
A manifest's column split tells train, val and test; without one films are dealt out by patient, 70, 10 and 20 %.

Exit codes: 0 done, 1 failed, 2 usage, 3 no usable GPU.`,
    )
    .action(train);

async function train(typed: string | undefined, given: TrainOptions, command: Command): Promise<void> {
  const configFile = given.resume === undefined ? given.config : `${given.resume}/config.json`;
  const configured = configFile === undefined ? undefined : takeConfig(command, await textOf(configFile), configFile);
  const choices = chosenOf(command);
  const [chosen] = choices;
  const asked = typedOptions(command);
  if (chosen) takePlan(command, chosen);
  const options: TrainOptions = command.opts();
  const out = options.resume ?? options.out;
  if (out === undefined) command.error("error: a folder for the results is needed (--out)");
  if (options.resume === undefined) await checkFree(out);
  const data = typed ?? configured ?? (chosen?.choice.quick ? await drawFilms(chosen, out, command) : undefined);
  if (data === undefined) command.error("error: a manifest or a folder of films is needed");
  const document = await (choices.length > 1
    ? trainSeveral(data, command, out, choices, { ...asked, allow: command.opts<TrainOptions>().allow })
    : trainingFor(command.opts())(data, command.opts(), out, chosen, { open: opener(options), made: out }));
  process.stdout.write(options.json ? `${JSON.stringify(document.json, undefined, 2)}\n` : document.text);
  note("Research use only, not for clinical use.", options);
}

/** Opens the device when it is first needed, after all that can be wrong with the films is told; then it stays, with its pipelines. */
function opener({ adapter }: TrainOptions): () => Promise<Device> {
  let device: Promise<Device> | undefined;
  return () => {
    device ??= requestDevice({ adapter, toggles: "fast" });
    return device;
  };
}

/** @throws InputError for ways to train that do not go together. */
function trainingFor({ folds, teacher, grid, scaleValues, lungModel, lungMasks }: TrainOptions): Training {
  if (grid !== undefined && teacher === undefined) throw new InputError("grid", "is of a teacher, say which (--teacher)");
  if (grid !== undefined && (lungModel ?? lungMasks) !== undefined)
    throw new InputError("grid", "is of networks that see films alone, leave out --lung-model and --lung-masks");
  if (folds !== undefined && teacher !== undefined) throw new InputError("teacher", "teaches one training, leave out --folds");
  if (folds !== undefined && scaleValues) throw new InputError("scale-values", "scales by one set of training films, leave out --folds");
  return grid !== undefined ? trainStudents : folds !== undefined ? trainByFolds : trainOnce;
}

/**
 * Several members or variants of a system, one after the other on the same films, each in a folder of its own; and all of them compared.
 * Where some start from ImageNet's values, the others start from random ones whatever file is named.
 */
async function trainSeveral(
  data: string,
  command: Command,
  out: string,
  choices: readonly ChosenSystem[],
  asked: TrainOptions,
): Promise<Summary> {
  const results: Record<string, Results> = {};
  const parts: [string, Summary["json"]][] = [];
  let text = "";
  let isStopped = false;
  const shared = { open: opener(asked), made: out };
  const starts = choices.map(({ system, choice }) => system.plan(choice).start);
  await openFolder(out, basename(resolve(out)), configOf(asked, resolve(data)));
  for (const [i, name] of namesOf(choices).entries()) {
    takePlan(command, choices[i]);
    const folder = join(out, name);
    const isBegun = await stat(`${folder}/last.safetensors`).catch(() => undefined);
    const isFresh = starts[i] === "random" && starts.includes("ImageNet");
    const given: TrainOptions = command.opts();
    const options = { ...given, resume: isBegun ? folder : undefined, ...(isFresh && { init: "random" }) };
    const summary = await trainingFor(options)(data, options, folder, choices[i], shared);
    if (summary.results) results[name] = summary.results;
    parts.push([name, summary.json]);
    text += summary.text;
    isStopped = summary.isStopped === true;
    if (isStopped) break;
  }
  const [{ system }] = choices;
  if (Object.keys(results).length > 1 && !isStopped) await writeComparison(out, system, results);
  return { text, json: { tool: "roentgen", version, out, parts: Object.fromEntries(parts) }, isStopped };
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new InputError(path, "cannot be read", { cause });
  }
}

if (isMain(import.meta.url)) await runProgram(trainCommand());
