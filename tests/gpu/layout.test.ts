/** Values of any rank come back from GPU memory as they went in, and pad lanes hold zeros. */
import { describe, expect, test } from "vitest";
import { fromStorage, layoutOf, storageBytes, toStorage } from "../../src/gpu/layout.ts";
import { type Shape, sizeOf } from "../../src/tensor.ts";

const shapes: readonly Shape[] = [
  [],
  [1],
  [3],
  [4],
  [9],
  [1, 1],
  [2, 3],
  [5, 4],
  [3, 10],
  [2, 3, 5],
  [2, 8, 3],
  [1, 1, 7],
  [2, 5, 3, 4],
  [1, 4, 2, 2],
  [3, 1, 1, 6],
  [2, 9, 1, 1],
  [2, 3, 2, 3, 2],
  [1, 4, 1, 2, 3],
];

describe.each(shapes.map((shape) => [shape]))("[%o]", (shape) => {
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => i + 1);
  const { channels, vectors, blocks } = layoutOf(shape);
  const storage = new Float32Array(vectors * 4).fill(-1); // what memory held before

  test("comes back as it went in", () => {
    toStorage(shape, data, storage);
    expect(fromStorage(shape, storage)).toEqual(data);
  });

  test("has zeros in its pad lanes and nowhere else", () => {
    toStorage(shape, data, storage);
    const zeros = [...storage.keys()].filter((i) => storage[i] === 0);
    expect(zeros).toEqual([...storage.keys()].filter((i) => i % (blocks * 4) >= channels));
  });

  test("takes 16 bytes a vector in f32, 8 in f16", () => {
    expect([storageBytes(shape, "f32"), storageBytes(shape, "f16")]).toEqual([storage.byteLength, storage.byteLength / 2]);
  });
});

test("channels lie last: neighbours in memory are channels of one pixel", () => {
  const storage = new Float32Array(16);
  toStorage([1, 5, 1, 2], Float32Array.of(0, 1, 10, 11, 20, 21, 30, 31, 40, 41), storage);
  expect([...storage]).toEqual([0, 10, 20, 30, 40, 0, 0, 0, 1, 11, 21, 31, 41, 0, 0, 0]);
});

test("the channel axis of one axis is that axis", () => {
  const storage = new Float32Array(8);
  toStorage([5], Float32Array.of(1, 2, 3, 4, 5), storage);
  expect([...storage]).toEqual([1, 2, 3, 4, 5, 0, 0, 0]);
});
