/** Where a network looks on chest films: `npx tsx src/app/explain.ts FILES…` */
import { Command, Option } from "commander";
import { InputError } from "../bytes.ts";
import { type Explainer, type Explanation, explainer } from "../explanation/explainer.ts";
import { layerOf } from "../explanation/layer.ts";
import { methodNames, methods } from "../explanation/methods.ts";
import { networkGraph } from "../explanation/network.ts";
import { occlusionForms } from "../explanation/occlusion.ts";
import { labelIndex } from "../explanation/refuse.ts";
import type { Image } from "../loaders/image.ts";
import type { Model } from "../models/model.ts";
import { labelList, numberWithin } from "./arguments.ts";
import { besideValues, checkOneFilm, withClinicalOption } from "./clinical-option.ts";
import { readColours } from "./colours.ts";
import { complain, exitCode, isMain, note, runProgram, wholeNumber, withSharedOptions } from "./command-line.ts";
import { checkAll, type Regions, regionsOf } from "./explain-checks.ts";
import { type ExplainCommandOptions, type Found, fillOf, methodOptions, type Named, runsBar } from "./explain-options.ts";
import { fileOfMap, formatMap, writeMaps } from "./explain-output.ts";
import { readOptionsOf, withFilmOptions } from "./film-options.ts";
import { expandInputs } from "./inputs.ts";
import { openModel, withModelOptions } from "./models.ts";
import { isThere } from "./output-files.ts";
import { version } from "./version.ts";

export const explainCommand = (): Command =>
  withSharedOptions(withClinicalOption(withFilmOptions(withModelOptions(new Command("explain"), { several: true }))))
    .description("Show where a network looks on chest films. Research use, not for clinical use.")
    .argument("<files...>", "PNG, JPEG, DICOM, TIFF, WebP and BMP files, folders, globs, or - for a list of them on stdin")
    .addOption(new Option("--method <name>", "how").choices(methodNames).default("grad-cam"))
    .option("--label <a,b,…>", "the classes to explain, or all; by default the one with the highest score", labelList)
    .option("--layer <name>", "the map that Grad-CAM weighs, as torchvision names the module (layer3, features.29)")
    .option("--patch <pixels>", "occlusion: side of what is hidden, in pixels of the network's input (32 at 224)", wholeNumber(1))
    .option("--stride <pixels>", "occlusion: from one patch to the next (8 at 224)", wholeNumber(1))
    .option(
      "--fill <mean|blur|level>",
      "occlusion: what is seen in its place: the mean, the film blurred, or a grey level 0 to 255",
      fillOf,
    )
    .addOption(
      new Option("--form <name>", "occlusion: the score's drop, the logit's signed change, or whether the answer flips").choices(
        occlusionForms,
      ),
    )
    .option("--samples <n>", "smooth-gradient: noisy copies (50)", wholeNumber(1))
    .option("--noise <share>", "smooth-gradient: the noise's deviation as a share of the film's range (0.15)", numberWithin(0, 10))
    .option(
      "--color-map <name|file>",
      "jet, hot, bone, viridis, inferno, magma, plasma, turbo, bwr, hsv, each also as NAME_r, or 256 lines of RGB",
      readColours,
    )
    .option("--opacity <x>", "how much of the film the strongest covers, 0 to 1", numberWithin(0, 1), 0.6)
    .addOption(
      new Option("--blend <kind>", "whether weaker parts cover less (heat) or all the same (even)")
        .choices(["heat", "even"])
        .default("heat"),
    )
    .option("--check", "test the maps: other classes, fresh weights, deletion and insertion, lungs, outline", false)
    .option("--lungs <file|model>", "a mask of the lungs or what draws it, for --check (lungs-unet16)")
    .option("--outline <file>", "a mask of what should be found: drawn over the film, and compared with the map by --check")
    .option("--json", "one JSON document on stdout", false)
    .option(
      "--out <file.png|folder>",
      "an overlay, or several side by side; or a folder for overlays, 16-bit maps and their numbers as JSON",
    )
    .version(version)
    .addHelpText(
      "after",
      `
Methods:
${methodNames.map((name) => `  ${name.padEnd(16)} ${methods[name].title}`).join("\n")}

Examples:
  explain samples/phantom.png --out phantom-cam.png                    Grad-CAM of the highest class, over the film
  explain film.png --label covid,pneumonia --out maps                  two classes on one scale, with maps and numbers
  explain film.png --method occlusion --patch 32 --stride 8 --out o.png
  explain film.png --model cxr-resnet18 --model cxr-mobilenet-v2 --label covid --out both.png
  explain film.png --check --outline lesion.png                        can the map be believed?

Exit codes: 0 done, 1 failed, 2 usage, 3 no usable GPU, 4 some inputs failed.`,
    )
    .action(explain);

async function explain(typed: readonly string[], options: ExplainCommandOptions): Promise<void> {
  const files = await expandInputs(typed);
  checkOneFilm(files, options);
  await checkOut(files, options);
  const models = await openModels(options);
  for (const { model } of models) checkAsked(model, options);
  const regions = options.check || options.outline !== undefined ? await regionsOf(options, models[0].model.device) : undefined;
  const results: Record<string, unknown>[] = [];
  let failed = 0;
  try {
    for (const file of files) {
      try {
        results.push(await explainFile(file, models, regions, options, files.length > 1));
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        failed++;
        const problem = error.message.replace(`${file}: `, "").replace(/^picture: /, "");
        complain(new InputError(file, problem));
        results.push({ file, error: problem });
      }
    }
  } finally {
    // Also where the GPU fails midway: what was done by then is not lost.
    if (options.json)
      process.stdout.write(`${JSON.stringify({ tool: "roentgen", version, method: options.method, results }, undefined, 2)}\n`);
  }
  if (failed > 0) process.exitCode = exitCode.someFailed;
  if (failed < files.length) note("Research use only, not for clinical use.", options);
}

async function explainFile(
  file: string,
  models: readonly Named[],
  regions: Regions | undefined,
  options: ExplainCommandOptions,
  withName: boolean,
): Promise<Record<string, unknown>> {
  const { image } = await models[0].model.read(besideValues(file, options));
  const found: Found[] = [];
  for (const { name, model, explains } of models) {
    const labels = options.label?.includes("all") ? model.description.classes : options.label;
    for (const explanation of await explainOne(explains, image, labels, options)) {
      for (const text of explanation.notes ?? []) note(`${file}: ${text}`, options);
      const checks = options.check ? await checkAll({ name, model, explains }, image, explanation, regions, options) : undefined;
      found.push({ model: name, explanation, ...(checks && { checks }) });
    }
  }
  const outline = regions && (await regions.outlineFor(image));
  const written = options.out === undefined ? [] : await writeMaps(options.out, file, image, found, options, outline);
  if (!options.json)
    process.stdout.write(`${withName ? `${file}\n` : ""}${found.map((each) => formatMap(each, models.length > 1)).join("")}`);
  for (const path of written) note(path, options);
  return {
    file,
    width: image.width,
    height: image.height,
    maps: found.map((each) => fileOfMap(each)),
    ...(written.length > 0 && { written }),
  };
}

/** The maps of some classes, or of the highest, with a bar where they take many runs. */
async function explainOne(
  explains: Explainer,
  film: Image,
  labels: readonly string[] | undefined,
  options: ExplainCommandOptions,
): Promise<Explanation[]> {
  const bar = runsBar(options);
  try {
    const given = { ...methodOptions(options), onProgress: bar.onProgress };
    const picture = besideValues(film, options);
    return labels ? await explains.explainAll(picture, labels, given) : [await explains.explain(picture, given)];
  } finally {
    bar.stop();
  }
}

/** All models on one device. */
async function openModels({ model: names, ...options }: ExplainCommandOptions): Promise<Named[]> {
  const decode = readOptionsOf(options);
  const opened: Named[] = [];
  for (const name of names ?? [undefined]) {
    const found = await openModel({ ...options, ...(name !== undefined && { model: name }) }, { decode, device: opened[0]?.model.device });
    opened.push({ ...found, explains: explainer(found.model) });
  }
  return opened;
}

/** @throws InputError for a class or a layer that a model lacks, before any film is read. */
function checkAsked(model: Model, { label = [], layer, method }: ExplainCommandOptions): void {
  const { description } = model;
  for (const each of label) if (each !== "all") labelIndex(each, description);
  if (layer !== undefined && methods[method].takes.some((option) => option === "layer"))
    layerOf(networkGraph(model, 1).raw, description.arch, layer);
}

/** @throws InputError where one file is to take what belongs to several films, or is there already. */
async function checkOut(files: readonly string[], { out }: ExplainCommandOptions): Promise<void> {
  if (out === undefined || !/\.png$/i.test(out)) return;
  if (files.length > 1) throw new InputError(out, `is one file, and there are ${files.length} films; name a folder`);
  if (await isThere(out)) throw new InputError(out, "exists already, and nothing is overwritten");
}

if (isMain(import.meta.url)) await runProgram(explainCommand());
