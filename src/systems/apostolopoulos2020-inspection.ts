/** The features that Apostolopoulos et al. 2020 call biomarkers: their numbers, which of them tell COVID-19, and where in films they are strong. */
import { InputError } from "../bytes.ts";
import { explainer } from "../explanation/explainer.ts";
import { toLevels } from "../explanation/heat-map.ts";
import { inEightBits, overlay } from "../explanation/overlay.ts";
import { type Panel, sheet } from "../explanation/sheet.ts";
import { topologicalOrder } from "../graph/order.ts";
import { compile } from "../graph/program.ts";
import { colourTable } from "../imaging/colour-map.ts";
import { toTensor } from "../imaging/normalise.ts";
import { isParameter } from "../kernels/op.ts";
import { resize } from "../kernels/resize.ts";
import type { Image } from "../loaders/image.ts";
import type { Model } from "../models/model.ts";
import { namedLayer } from "../models/named-layer.ts";
import { networkNamed } from "../models/registry.ts";
import type { Tensor } from "../tensor.ts";
import type { Dataset, Sample } from "../training/dataset.ts";
import { COVID } from "./apostolopoulos2020-facts.ts";
import { embeddedFilms } from "./embedded-films.ts";
import type { Findings, Inspection } from "./inspection.ts";
import { placeOf } from "./scored-films.ts";
import type { Table } from "./table.ts";
import { type TellingFeature, tellingFeatures } from "./telling-features.ts";

/** How many features are shown as maps, and on how many films. */
const SHOWN = { features: 6, films: 6 };

/** Of the network at hand: those of a cross-validation have features of their own each. */
export async function apostolopoulosInspection({ model, films, test }: Inspection): Promise<Findings> {
  if (!test) return {};
  const { classes, films: embedded, embeddings } = await embeddedFilms(model, test.set, films);
  const [, count] = embeddings.shape;
  const place = placeOf(classes, COVID);
  const weights = lastLayer(model, count).data.subarray(place * count, (place + 1) * count);
  const telling = tellingFeatures(
    embeddings,
    embedded.map(({ label }) => label === place),
    weights,
  );
  return {
    tables: {
      features: embedded.map(({ name, set, patient = "", label }, n) => ({
        ...{ file: name, set, patient, truth: classes[label] },
        ...Object.fromEntries(Array.from({ length: count }, (_, f) => [`f${f}`, embeddings.data[n * count + f]])),
      })),
      biomarkers: biomarkers(telling),
    },
    pictures: {
      biomarkers: await mapsSheet(
        model,
        inTurn(films).slice(0, SHOWN.films),
        classes,
        telling.slice(0, SHOWN.features).map(({ feature }) => feature),
      ),
    },
  };
}

const biomarkers = (telling: readonly TellingFeature[]): Table =>
  telling.map(({ feature, area, meanOfClass, meanOfOthers, weight }, rank) => ({
    ...{ rank: rank + 1, feature: `f${feature}`, class: COVID, roc_area: area },
    ...{ mean_of_class: meanOfClass, mean_of_others: meanOfOthers, weight },
  }));

/** What the last layer multiplies the features by, [classes, features]. */
function lastLayer(model: Model, count: number): Tensor {
  const { arch } = model.description;
  const [head] = networkNamed(arch).head;
  const found = topologicalOrder([model.outputs(1).raw]).find((node) => isParameter(node) && node.attrs.name === `${head}weight`);
  const weight = found && isParameter(found) ? found.attrs.tensor : undefined;
  if (weight?.shape[1] !== count) throw new InputError(arch, `has no last layer that multiplies its ${count} features`);
  return weight;
}

/** Films of all classes in turn. */
function inTurn({ classes, samples }: Dataset): Sample[] {
  const byClass = classes.map((_, c) => samples.filter(({ label }) => label === c));
  return Array.from(samples, (_, turn) => byClass.flatMap((own) => own[turn] ?? [])).flat();
}

/** A row a film: the film, Grad-CAM for COVID-19, and the maps of these features, each film's on one scale. */
async function mapsSheet(model: Model, films: readonly Sample[], classes: readonly string[], features: readonly number[]): Promise<Image> {
  const { arch, input } = model.description;
  const { width, height } = input;
  using explains = explainer(model);
  const maps = namedLayer(model.outputs(1).raw, networkNamed(arch).gradCam, arch);
  using program = await compile(model.device, { maps: resize(maps, [height, width], { mode: "bilinear" }) });
  const rows: Panel[][] = [];
  for (const { picture, label = 0 } of films) {
    const { image: film, prepared } = await model.read(picture);
    const { data } = (await program.run({ pictures: toTensor([prepared.image], input) })).maps;
    const values = (feature: number) => data.subarray(feature * width * height, (feature + 1) * width * height);
    const most = Math.max(...features.map((feature) => values(feature).reduce((highest, value) => Math.max(highest, value), 0)));
    const { levels, score } = await explains.explain(film, { method: "grad-cam", label: COVID });
    rows.push([
      { image: inEightBits(film), caption: classes[label] },
      { image: overlay(film, levels), caption: `Grad-CAM ${(100 * score).toFixed(0)} %` },
      ...features.map((feature): Panel => {
        const own = toLevels({ width, height, values: values(feature) }, most, false);
        return { image: overlay(film, { ...own, image: prepared.restore(own.image) }), caption: `f${feature}` };
      }),
    ]);
  }
  return sheet(rows, { table: colourTable("turbo"), low: "0", high: "strongest of the film" }, 160);
}
