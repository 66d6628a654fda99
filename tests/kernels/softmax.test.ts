/** Softmax and its logarithm over the channels are right for few and many classes and for logits of any size. */
import { logSoftmax, softmax } from "../../src/kernels/softmax.ts";
import { describeOp, describeShapeErrors, type OpCase } from "../describe-op.ts";
import * as reference from "../reference/softmax.ts";

const cases: readonly OpCase<never>[] = [
  { name: "2 classes", shapes: [[3, 2]], values: [-3, 3] },
  { name: "5 classes: the pad lanes take no part", shapes: [[2, 5]], values: [-3, 3] },
  { name: "4 classes: whole vectors", shapes: [[2, 4]], values: [-3, 3] },
  { name: "1000 classes", shapes: [[2, 1000]], values: [-3, 3] },
  { name: "one class", shapes: [[2, 1]], values: [-3, 3] },
  { name: "more rows than a workgroup", shapes: [[70, 3]], values: [-3, 3] },
  { name: "a segmentation map", shapes: [[2, 5, 3, 4]], values: [-3, 3] },
  { name: "a segmentation map of two classes", shapes: [[1, 2, 9, 9]], values: [-3, 3] },
  { name: "equal logits", shapes: [[1, 7]], values: () => 3 },
];

/** Here one class has all but 1e-3 of the probability. */
const saturated: readonly OpCase<never>[] = [
  { name: "large logits would overflow without subtracting the largest", shapes: [[2, 5]], values: [100, 1000] },
  { name: "all logits far below 0: zeros in the pad lanes are not the largest", shapes: [[2, 5]], values: [-1000, -900] },
];

describeOp("softmax", softmax, reference.softmax, [...cases, ...saturated.map((saturated) => ({ ...saturated, smooth: false }))]);
describeOp("logSoftmax", logSoftmax, reference.logSoftmax, [...cases, ...saturated]);

describeShapeErrors("softmax", softmax, [{ name: "an input without a channel axis", shapes: [[5]] }]);
describeShapeErrors("logSoftmax", logSoftmax, [{ name: "an input without a channel axis", shapes: [[5]] }]);
