/** The forces between the points of a map equal the plain sums over all pairs. */
import { tsneForces } from "../../src/kernels/tsne-forces.ts";
import { describeOp, describeShapeErrors } from "../describe-op.ts";
import { tsneForces as reference } from "../reference/tsne-forces.ts";

/** Operand 0 is p, 1 the places, 2 whether the divergence is measured. */
const values =
  (measured: number, reach: number) =>
  (operand: number, element: number, random: number): number =>
    operand === 2 ? measured : operand === 1 ? reach * (2 * random - 1) : element % 3 === 0 ? 0 : random / 100;

const terms = ([[n]]: readonly (readonly number[])[]): number => n;

// biome-ignore format: one case a line
describeOp("tsneForces", tsneForces, reference, [
  { name: "whole vectors", shapes: [[8, 8], [8, 2], [1]], values: values(1, 2) },
  { name: "the last vector nearly empty, more than a workgroup", shapes: [[69, 69], [69, 2], [1]], values: values(1, 3) },
  { name: "more vectors than 64 lanes", shapes: [[261, 261], [261, 2], [1]], values: values(1, 3) },
  { name: "the divergence not measured", shapes: [[9, 9], [9, 2], [1]], values: values(0, 3) },
  { name: "points all but on one another, as at the start", shapes: [[16, 16], [16, 2], [1]], values: values(1, 1e-4) },
  { name: "points far apart", shapes: [[16, 16], [16, 2], [1]], values: values(1, 1e3) },
], terms);

describeShapeErrors("tsneForces", tsneForces, [
  { name: "probabilities that are not square", shapes: [[8, 7], [8, 2], [1]] },
  { name: "places of other points", shapes: [[8, 8], [7, 2], [1]] },
  { name: "places in space", shapes: [[8, 8], [8, 3], [1]] },
  { name: "two numbers for whether the divergence is measured", shapes: [[8, 8], [8, 2], [2]] },
]);
