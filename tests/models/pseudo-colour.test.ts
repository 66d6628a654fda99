/** A model's file says in which colours it sees films, and every film is brought to them before it is brought to its size. */
import { describe, expect, test } from "vitest";
import { colourTable } from "../../src/imaging/colour-map.ts";
import { pseudoColoured } from "../../src/imaging/pseudo-colour.ts";
import { readDescription } from "../../src/models/description.ts";
import { prepare } from "../../src/models/preprocess.ts";
import { newTrainee } from "../../src/training/trainee.ts";

const film = { width: 2, height: 1, channels: 1, bitDepth: 8, data: Uint8Array.of(0, 200) } as const;
const jet = (level: number, reversed = false) => [...colourTable("jet", { reversed }).subarray(3 * level, 3 * level + 3)];

test("grey levels become the map's colours, reversed where that is asked for", () => {
  expect([...pseudoColoured(film, "jet").data]).toEqual([...jet(0), ...jet(200)]);
  expect([...pseudoColoured(film, "jet reversed").data]).toEqual([...jet(255), ...jet(55)]);
});

test("a trainee's file keeps the colours, and the network is shown them", async () => {
  const { description } = await newTrainee({ arch: "liang_base", classes: ["a", "b"], size: 32, pseudoColour: "jet" });
  expect(description.input).toMatchObject({ colour: "rgb", pseudoColour: "jet" });
  const read = readDescription(description.metadata, "file").input;
  expect(read).toEqual(description.input);
  const flat = { ...film, width: 64, height: 64, data: new Uint8Array(64 * 64).fill(200) };
  expect([...(await prepare(flat, read)).image.data.subarray(0, 3)]).toEqual(jet(200));
});

describe("what does not fit is refused", () => {
  const read = (input: Readonly<Record<string, unknown>>) =>
    readDescription({ arch: "resnet18", classes: '["a","b"]', input: JSON.stringify({ size: 32, channels: 3, ...input }) }, "file");

  test.each<[string, Record<string, unknown>, string]>([
    ["a map that there is not", { pseudoColour: "rainbow" }, 'file: metadata input pseudoColour "rainbow" is not known'],
    [
      "grey beside it",
      { pseudoColour: "jet", colour: "grey repeated" },
      "file: metadata input pseudoColour is for 3 channels in colour rgb",
    ],
    [
      "equalisation beside it",
      { pseudoColour: "jet", equalize: true },
      "file: metadata input has pseudoColour beside equalize, which is for grey levels",
    ],
  ])("%s", (_, input, message) => {
    expect(() => read(input)).toThrow(message);
  });
});
