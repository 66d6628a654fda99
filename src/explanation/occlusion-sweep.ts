/** Occlusion: a network asked about every window's absence, in batches of one program. */
import { InputError } from "../bytes.ts";
import { input } from "../kernels/op.ts";
import type { Model } from "../models/model.ts";
import { fillOf } from "./fill.ts";
import { hidden, rectangles } from "./hidden.ts";
import { BATCH, type Method, same } from "./method.ts";
import { fittingBatch, onPictures } from "./network.ts";
import { spread, windowInputs, windowsOver } from "./occlusion.ts";

export const occlusion: Method = {
  title: "Occlusion",
  takes: ["window", "stride", "fill", "form"],
  isSigned: ({ form }) => form === "signed",
  shown: 1,
  async begin({ model, device, image, picture, options, program: programOf, onProgress }) {
    const { description } = model;
    const [, , height, width] = picture.shape;
    const side = Math.min(height, width);
    const {
      window = Math.max(1, Math.round(side / 7)),
      stride = Math.max(1, Math.round(window / 4)),
      fill = "mean",
      form = "drop",
    } = options;
    const windows = windowsOver(width, height, window, stride);
    if (form === "flip" && description.task === "regression")
      throw new InputError(description.arch, "predicts values, which have no decision that could flip; use the form drop or signed");
    // The first hides nothing: what the others are compared with.
    const places = [undefined, ...windows.places];
    const graph = fittingBatch(model, Math.min(BATCH, places.length), device.profile);
    const { batch } = graph;
    const program = await programOf(`occlusion ${batch}`, () => {
      const [plain, filled] = [input("picture", picture.shape), input("fill", picture.shape)];
      const { raw, scores } = onPictures(graph, hidden(plain, filled, rectangles(batch, height, width)));
      return { raw, scores };
    });
    const filled = fillOf(fill, image, description.input);
    const classes = description.classes.length;
    const [logits, scores] = [new Float32Array(places.length * classes), new Float32Array(places.length * classes)];
    for (let done = 0; done < places.length; done += batch) {
      const some = places.slice(done, done + batch);
      const rest = Array<undefined>(batch - some.length).fill(undefined);
      const results = await program.run({ picture, fill: filled, ...windowInputs([...some, ...rest], window, width, height) });
      logits.set(results.raw.data.subarray(0, some.length * classes), done * classes);
      scores.set(results.scores.data.subarray(0, some.length * classes), done * classes);
      onProgress?.(Math.min(places.length, done + batch), places.length);
    }
    const rowOf = (n: number): Float32Array => scores.subarray(n * classes, (n + 1) * classes);
    return {
      scores: rowOf(0),
      async mapOf(label) {
        const found = {
          signed: (n: number) => logits[label] - logits[n * classes + label],
          drop: (n: number) => Math.max(0, scores[label] - scores[n * classes + label]),
          flip: (n: number) => Number(isPositive(rowOf(0), label, description) !== isPositive(rowOf(n), label, description)),
        }[form];
        return same(
          spread(
            windows,
            windows.places.map((_, n) => found(n + 1)),
            width,
            height,
          ),
        );
      },
    };
  },
};

/** Whether a class is the answer: its score reaches its threshold, or one half where classes are independent; else it is the highest. */
function isPositive(scores: Float32Array, label: number, { classes, thresholds, output }: Model["description"]): boolean {
  const name = classes[label];
  if (Object.hasOwn(thresholds, name)) return scores[label] >= thresholds[name];
  if (output === "sigmoid") return scores[label] >= 0.5;
  return scores.every((score, other) => other === label || score < scores[label]);
}
