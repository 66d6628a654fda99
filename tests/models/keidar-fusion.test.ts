/** Keidar 2021's optional head reads clinical values beside the film, and its gradient reaches both. */
import { expect, test } from "vitest";
import { gradients } from "../../src/graph/gradient.ts";
import { input } from "../../src/kernels/op.ts";
import { keidarFusion } from "../../src/models/keidar.ts";
import { declaredWeights, initialisedWeights } from "../../src/models/weights.ts";
import { tensor } from "../../src/tensor.ts";
import { crossEntropy } from "../../src/training/losses.ts";
import { compute } from "../compute.ts";
import { generated } from "../generator.ts";

const film = input("film", [1, 3, 32, 32]);
const values = input("values", [1, 2]);

test("500 numbers of the film and two values, 256, two classes", () => {
  const weights = declaredWeights();
  expect(keidarFusion(weights, film, values).shape).toEqual([1, 2]);
  const head = weights.trainable.filter(({ attrs }) => attrs.name.startsWith("fc")).map(({ attrs, shape }) => [attrs.name, shape]);
  expect(head).toEqual([
    ["fc1.weight", [500, 2048]],
    ["fc1.bias", [500]],
    ["fc2.weight", [256, 502]],
    ["fc2.bias", [256]],
    ["fc3.weight", [2, 256]],
    ["fc3.bias", [2]],
  ]);
});

test("the answer changes with the film and with either value, and so does the loss", async () => {
  const logits = keidarFusion(initialisedWeights(1), film, values, { depth: 18 });
  const given = { film: generated("film", [1, 3, 32, 32]), values: tensor([1, 2], Float32Array.of(0.3, 0.8)) };
  const [slope] = gradients(crossEntropy(logits, input("target", [1])), [values]);
  const of = async (inputs: typeof given) => {
    const { logits: answer, slope: found } = await compute({ logits, slope }, { inputs: { ...inputs, target: tensor([1]) } });
    return { answer: Array.from(answer.data), slope: Array.from(found.data) };
  };
  const plain = await of(given);
  expect(plain.slope.every((value) => value !== 0)).toBe(true);
  for (const place of [0, 1]) {
    const data = given.values.data.slice();
    data[place] += 0.5;
    expect((await of({ ...given, values: tensor([1, 2], data) })).answer).not.toEqual(plain.answer);
  }
  const { shape, data } = given.film;
  expect((await of({ ...given, film: { shape, data: data.map((value) => value + 1) } })).answer).not.toEqual(plain.answer);
});
