/** Global average pooling equals the plain mean of each channel. */
import { globalAvgPool } from "../../src/kernels/global-avg-pool.ts";
import { describeOp, describeShapeErrors } from "../describe-op.ts";
import { globalAvgPool as reference } from "../reference/global-avg-pool.ts";

describeOp(
  "globalAvgPool",
  globalAvgPool,
  reference,
  [
    { name: "one pixel is the identity", shapes: [[1, 4, 1, 1]] },
    { name: "odd height and width", shapes: [[2, 3, 7, 5]] },
    { name: "64 channels of 7×7, as after ResNet's last stage", shapes: [[2, 64, 7, 7]] },
    { name: "more than one workgroup, last vector half empty", shapes: [[1, 262, 3, 3]] },
    { name: "one channel of many pixels", shapes: [[1, 1, 61, 67]] },
    { name: "a mean far from 0 does not lose the deviations", shapes: [[1, 5, 16, 16]], values: [99, 101] },
  ],
  ([[, , height, width]]) => height * width,
);

describeShapeErrors("globalAvgPool", globalAvgPool, [
  { name: "an input of 2 axes", shapes: [[1, 4]] },
  { name: "an input of 3 axes", shapes: [[1, 4, 4]] },
]);
