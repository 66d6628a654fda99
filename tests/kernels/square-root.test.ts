/** The square root equals its definition, and its gradient at 0 is 0. */
import { expect, test } from "vitest";
import { gradients } from "../../src/graph/gradient.ts";
import { input } from "../../src/kernels/op.ts";
import { squareRoot } from "../../src/kernels/square-root.ts";
import { tensor } from "../../src/tensor.ts";
import { compute } from "../compute.ts";
import { describeOp } from "../describe-op.ts";
import { squareRoot as reference } from "../reference/square-root.ts";

describeOp("squareRoot", squareRoot, reference, [
  { name: "one number", shapes: [[1]], values: [0.5, 2] },
  { name: "a map, last vector part full", shapes: [[2, 5, 3, 3]], values: [0.1, 4] },
  { name: "zeros", shapes: [[3, 4]], values: () => 0, smooth: false },
]);

test("the gradient at 0, where the slope is infinite, is 0", async () => {
  const x = input("x", [3]);
  const [dx] = gradients(squareRoot(x), [x]);
  const results = await compute({ dx }, { inputs: { x: tensor([3], Float32Array.of(0, 4, 0)) } });
  expect([...results.dx.data]).toEqual([0, 0.25, 0]);
});
