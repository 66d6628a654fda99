/** The embeddings of the stored retrieval results: four groups around centres of their own. */
import { readFileSync } from "node:fs";
import { type Tensor, tensor } from "../../src/tensor.ts";
import { uniform } from "../generator.ts";

/** Neighbours of the first ten embeddings in three metrics, and principal components, as scikit-learn gives them. */
export const golden = JSON.parse(readFileSync(new URL("../fixtures/retrieval.json", import.meta.url), "utf8"));

export function embeddings(): Tensor {
  const [embedding, centre] = [uniform("embedding"), uniform("centre")];
  const { count, dimensions } = golden;
  const value = (i: number, j: number): number => 2 * embedding(dimensions * i + j) - 1 + 1.2 * (2 * centre(dimensions * (i % 4) + j) - 1);
  return tensor(
    [count, dimensions],
    Float32Array.from({ length: count * dimensions }, (_, at) => value(Math.floor(at / dimensions), at % dimensions)),
  );
}
