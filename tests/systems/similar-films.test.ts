/** Films are told by their nearest: a test film among training films, and each among the other test films. */
import { expect, test } from "vitest";
import type { EmbeddedFilms } from "../../src/systems/embedded-films.ts";
import { similarFilms } from "../../src/systems/similar-films.ts";
import { tensor } from "../../src/tensor.ts";
import { device } from "../device.ts";

const classes = ["covid", "negative"];

/** Films on a line: those of COVID-19 around 0, others around 10. */
const filmsAt = (set: string, places: readonly (readonly [place: number, label: number])[]): EmbeddedFilms => ({
  classes,
  films: places.map(([, label], i) => ({ name: `${set}-${i}.png`, set, patient: `${set}-${i}`, label })),
  embeddings: tensor([places.length, 2], Float32Array.from(places.flatMap(([place]) => [place, 0]))),
});

test("neighbours, votes of k of them, and a map", async () => {
  const train = filmsAt("train", [
    [0, 0],
    [1, 0],
    [2, 1],
    [10, 1],
    [11, 1],
  ]);
  // The third one lies among films of COVID-19 and shows none.
  const probe = filmsAt("test", [
    [0.2, 0],
    [10.2, 1],
    [1.2, 1],
  ]);
  const options = { neighbours: [1, 2, 3], tsne: { seed: 40, perplexity: 30 } };
  const { tables, nearest, map } = await similarFilms(await device(), train, probe, "covid", options);
  expect(nearest.map((row) => row.map(({ index }) => index))).toEqual([
    [0, 1, 2],
    [3, 4, 2],
    [1, 2, 0],
  ]);
  const [first] = tables.neighbours;
  expect(first).toMatchObject({
    question: "test against train",
    file: "test-0.png",
    rank: 1,
    neighbour: "train-0.png",
    neighbour_truth: "covid",
  });
  expect(Number(first.distance)).toBeCloseTo(0.2, 6);
  // Of two votes one is not more than half: with k 2 the third film is negative, and so it is.
  const accuracies = tables.knn
    .filter(({ question }) => question === "test against train")
    .map(({ k, accuracy }) => [k, Number(accuracy).toFixed(3)]);
  expect(accuracies).toEqual([
    [1, "0.667"],
    [2, "1.000"],
    [3, "0.667"],
  ]);
  expect(tables.neighbours.filter(({ question }) => question === "leave one out").every(({ file, neighbour }) => file !== neighbour)).toBe(
    true,
  );
  expect([map.shape, tables.map.length, tables.embeddings.length]).toEqual([[8, 2], 8, 8]);
});

test("films of one patient do not vote on each other where patients are left out", async () => {
  const train = filmsAt("train", [
    [0, 0],
    [10, 1],
  ]);
  const probe = filmsAt("test", [
    [0, 0],
    [0.1, 0],
    [10, 1],
    [10.5, 1],
  ]);
  // The second film's nearest is the first, of the same patient.
  const films = probe.films.map((film, n) => (n < 2 ? { ...film, patient: "both" } : film));
  const { tables } = await similarFilms(await device(), train, { ...probe, films }, "covid", {
    neighbours: [1],
    tsne: { seed: 40, perplexity: 30 },
  });
  const nearestOf = (question: string) =>
    tables.neighbours.filter((row) => row.question === question).map(({ file, neighbour }) => [file, neighbour]);
  expect(nearestOf("leave one out").slice(0, 2)).toEqual([
    ["test-0.png", "test-1.png"],
    ["test-1.png", "test-0.png"],
  ]);
  expect(nearestOf("leave one patient out").slice(0, 2)).toEqual([
    ["test-0.png", "test-2.png"],
    ["test-1.png", "test-2.png"],
  ]);
  expect(tables.knn.map(({ question, accuracy }) => [question, accuracy])).toEqual([
    ["test against train", 1],
    ["leave one out", 1],
    ["leave one patient out", 0.5],
  ]);
});
