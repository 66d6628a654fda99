/** The second stage of Liang 2021 reads every modality, and what else is known of a case, before it answers; so may the regression. */
import { expect, test } from "vitest";
import { input } from "../../src/kernels/op.ts";
import { liangCnnrf, liangFusion } from "../../src/models/liang.ts";
import { declaredWeights, initialisedWeights } from "../../src/models/weights.ts";
import { sizeOf, tensor } from "../../src/tensor.ts";
import { compute } from "../compute.ts";
import { generated } from "../generator.ts";

const pictures = (name: string) => input(name, [1, 3, 16, 16]);
const table = input("table", [1, 4]);

test("each modality has a trunk under its name, and one layer reads all features and the table", () => {
  const weights = declaredWeights();
  const logits = liangFusion(weights, { film: pictures("film"), ct: pictures("ct") }, { tabular: table });
  expect(logits.shape).toEqual([1, 2]);
  const count = weights.trainable.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  // Two trunks of base without its last layer, and 512 features of each with four values to two classes.
  expect(count).toBe(2 * 6_152_768 + (2 * 512 + 4 + 1) * 2);
  expect(weights.trainable.map(({ attrs }) => attrs.name)).toEqual(
    expect.arrayContaining(["film.conv1.0.weight", "ct.conv1.0.weight", "fc.weight"]),
  );
});

test("the answer changes with each of them", async () => {
  const logits = liangFusion(initialisedWeights(1), { film: pictures("film"), ct: pictures("ct") }, { tabular: table });
  const given = {
    film: generated("film", [1, 3, 16, 16]),
    ct: generated("ct", [1, 3, 16, 16]),
    table: tensor([1, 4], Float32Array.of(1, 0, 1, 60)),
  };
  const of = async (inputs: typeof given) => Array.from((await compute({ logits }, { inputs })).logits.data);
  const plain = await of(given);
  for (const name of ["film", "ct", "table"] as const) {
    const { shape, data } = given[name];
    expect(await of({ ...given, [name]: { shape, data: data.map((value) => value + 1) } }), name).not.toEqual(plain);
  }
});

test("the regression's last layer reads the table beside the chain", () => {
  const weights = declaredWeights();
  expect(liangCnnrf(weights, pictures("film"), { tabular: table }).shape).toEqual([1, 5]);
  const last = weights.trainable.find(({ attrs }) => attrs.name === "fc5.weight");
  expect(last?.shape).toEqual([5, 32 + 4]);
});
