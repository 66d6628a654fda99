/** Whether an adapter computes rightly: every kind of kernel that networks use, on small numbers whose answers are known. */
import type { Device } from "../gpu/device.ts";
import { DeviceError } from "../gpu/device-error.ts";
import { compile } from "../graph/program.ts";
import { relu, sigmoid } from "../kernels/activation.ts";
import { add } from "../kernels/arithmetic.ts";
import { avgPool2d } from "../kernels/avg-pool2d.ts";
import { concat } from "../kernels/concat.ts";
import { type Conv2dOptions, conv2d } from "../kernels/conv2d.ts";
import { globalAvgPool } from "../kernels/global-avg-pool.ts";
import { linear } from "../kernels/linear.ts";
import { maxPool2d } from "../kernels/max-pool2d.ts";
import { input, type Node, parameter } from "../kernels/op.ts";
import { resize } from "../kernels/resize.ts";
import { softmax } from "../kernels/softmax.ts";
import { type Shape, sizeOf, type Tensor } from "../tensor.ts";

/** What was tried, and how long that took. */
export interface SelfTest {
  readonly checks: readonly string[];
  readonly elapsedMs: number;
}

/**
 * Computes a small graph of every kind of kernel twice, of other numbers each time, and compares it with known answers. Adapters are
 * known that compute wrongly, or rightly the first time only: none of their scores may be shown. Takes about as long as compiling a
 * small network.
 * @throws DeviceError with the reason "wrong-numbers" that names the kernels, or with any other reason for a device that fails.
 */
export async function selfTest(device: Device): Promise<SelfTest> {
  const start = performance.now();
  const checks = allChecks();
  using program = await compile(device, Object.fromEntries(checks.map(({ name, y }) => [name, y])));
  for (const [run, step] of [7, 4].entries()) {
    const inputs = Object.fromEntries(checks.map(({ name, shape }) => [name, integers(shape, step)]));
    const outputs = await program.run(inputs);
    const wrong = checks.flatMap((check) => problemOf(check, inputs[check.name], outputs[check.name]) ?? []);
    if (wrong.length > 0) {
      const { description } = device.profile;
      throw new DeviceError(`${description} computes wrongly in run ${run + 1} of the self-test: ${wrong.join("; ")}`, {
        reason: "wrong-numbers",
      });
    }
  }
  return { checks: checks.map(({ name }) => name), elapsedMs: performance.now() - start };
}

/** A node, the shape of its one input, which has the check's name, and the answer for what is put in. */
interface Check {
  readonly name: string;
  readonly shape: Shape;
  readonly y: Node;
  answer(x: Tensor): ArrayLike<number>;
  /** Relative to the largest answer. Zero for sums of small integers, which are exact in any order. */
  readonly tolerance: number;
}

function problemOf({ name, answer, tolerance }: Check, x: Tensor, { data }: Tensor): string | undefined {
  const expected = answer(x);
  const largest = Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const place = data.findIndex((value, i) => !(Math.abs(value - expected[i]) <= tolerance * largest));
  return place < 0 ? undefined : `${name} gives ${data[place]} for ${expected[place]}`;
}

/** Roundings of exponentials, and of the transforms of F(2,3) and F(4,3). */
const ROUNDED = 4e-6;
const WINOGRAD = 2e-5;

/** Shapes choose the kernel; see `choiceOf` in conv2d.ts and `winogradTile`. */
function allChecks(): Check[] {
  return [
    convolution("7×7 convolution of three channels", [1, 3, 18, 18], 8, 7, { stride: 2, padding: 3 }),
    convolution("3×3 convolution, stride 2", [2, 12, 9, 9], 20, 3, { stride: 2, padding: 1 }),
    convolution("1×1 convolution", [1, 36, 5, 7], 40, 1, {}),
    convolution("Winograd convolution F(4,3)", [1, 16, 13, 14], 20, 3, { padding: 1 }, WINOGRAD),
    convolution("Winograd convolution F(2,3)", [1, 32, 6, 6], 36, 3, { padding: 1 }, WINOGRAD),
    convolution("depthwise convolution", [1, 12, 9, 7], 12, 3, { padding: 1, groups: 12 }),
    convolution("depthwise convolution, stride 2", [1, 12, 9, 7], 12, 3, { stride: 2, padding: 1, groups: 12 }),
    convolution("grouped convolution", [1, 8, 6, 6], 12, 3, { padding: 1, groups: 2 }),
    fullyConnected("linear layer", [3, 70], 10),
    pooling("max pooling", maxPool2d, Math.max, Number.NEGATIVE_INFINITY),
    pooling("average pooling", avgPool2d, (sum, value) => sum + value / 4, 0),
    elementwise(
      "residual sum, cut at zero",
      (x) => relu(add(x, x)),
      (x) => Math.max(0, 2 * x),
    ),
    elementwise("sigmoid", sigmoid, (x) => 1 / (1 + Math.exp(-x)), ROUNDED),
    elementwise(
      "concatenation",
      (x) => concat([x, x]),
      (x) => x,
    ),
    upsampled("nearest upsampling"),
    averaged("global average"),
    softmaxed("softmax"),
  ];
}

/** Integers from −2 to 2 without a pattern that a shape could hide. */
const integers = (shape: Shape, step: number): Tensor => ({
  shape,
  data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => ((i * step + ((i * i) % 11)) % 5) - 2),
});

function convolution(
  name: string,
  shape: Shape,
  outputs: number,
  kernel: number,
  options: Pick<Conv2dOptions, "groups"> & { readonly stride?: number; readonly padding?: number },
  tolerance = 0,
): Check {
  const { stride = 1, padding = 0, groups = 1 } = options;
  const weight = integers([outputs, shape[1] / groups, kernel, kernel], 3);
  const bias = integers([outputs], 6);
  const y = conv2d(input(name, shape), parameter("weight", weight.shape, weight), parameter("bias", bias.shape, bias), options);
  const [, , inHeight, inWidth] = shape;
  const [, groupInputs] = weight.shape;
  const sumAt = (x: Tensor, [n, out, row, column]: readonly number[]): number => {
    let sum = bias.data[out];
    const first = Math.floor(out / (outputs / groups)) * groupInputs;
    for (let c = 0; c < groupInputs; c++)
      for (let ky = 0; ky < kernel; ky++)
        for (let kx = 0; kx < kernel; kx++) {
          const [iy, ix] = [row * stride + ky - padding, column * stride + kx - padding];
          if (iy < 0 || ix < 0 || iy >= inHeight || ix >= inWidth) continue;
          sum += at(x, n, first + c, iy, ix) * at(weight, out, c, ky, kx);
        }
    return sum;
  };
  return { name, shape, y, answer: (x) => filled(y.shape, (place) => sumAt(x, place)), tolerance };
}

function fullyConnected(name: string, shape: Shape, outputs: number): Check {
  const [, inputs] = shape;
  const weight = integers([outputs, inputs], 3);
  const bias = integers([outputs], 6);
  const y = linear(input(name, shape), parameter("weight", weight.shape, weight), parameter("bias", bias.shape, bias));
  const sumAt = (x: Tensor, [n, out]: readonly number[]): number => {
    let sum = bias.data[out];
    for (let i = 0; i < inputs; i++) sum += x.data[n * inputs + i] * weight.data[out * inputs + i];
    return sum;
  };
  return { name, shape, y, answer: (x) => filled(y.shape, (place) => sumAt(x, place)), tolerance: 0 };
}

/** Windows of 2 × 2, side by side. */
function pooling(
  name: string,
  op: (x: Node, options: { readonly kernel: number; readonly stride: number }) => Node,
  take: (found: number, value: number) => number,
  start: number,
): Check {
  const shape = [1, 6, 8, 6];
  const y = op(input(name, shape), { kernel: 2, stride: 2 });
  const corners = [0, 1].flatMap((dy) => [0, 1].map((dx) => [dy, dx]));
  const answer = (x: Tensor): number[] =>
    filled(y.shape, ([n, c, row, column]) =>
      corners.reduce((found, [dy, dx]) => take(found, at(x, n, c, 2 * row + dy, 2 * column + dx)), start),
    );
  return { name, shape, y, answer, tolerance: 0 };
}

/** What follows from each element alone; of a concatenation, both halves. */
function elementwise(name: string, op: (x: Node) => Node, value: (x: number) => number, tolerance = 0): Check {
  const shape = [1, 8, 5, 3];
  const y = op(input(name, shape));
  const times = sizeOf(y.shape) / sizeOf(shape);
  const answer = ({ data }: Tensor): number[] => Array.from({ length: times }, () => Array.from(data, value)).flat();
  return { name, shape, y, answer, tolerance };
}

function upsampled(name: string): Check {
  const shape = [1, 4, 5, 3];
  const y = resize(input(name, shape), [10, 6]);
  const answer = (x: Tensor): number[] => filled(y.shape, ([n, c, row, column]) => at(x, n, c, row >> 1, column >> 1));
  return { name, shape, y, answer, tolerance: 0 };
}

/** Of 64 pixels: dividing by a power of two is exact. */
function averaged(name: string): Check {
  const shape = [2, 6, 8, 8];
  const y = globalAvgPool(input(name, shape));
  const answer = ({ data }: Tensor): number[] =>
    filled(y.shape, ([n, c]) => {
      const first = (n * 6 + c) * 64;
      return data.subarray(first, first + 64).reduce((sum, value) => sum + value, 0) / 64;
    });
  return { name, shape, y, answer, tolerance: 0 };
}

function softmaxed(name: string): Check {
  const shape = [3, 7];
  const y = softmax(input(name, shape));
  const answer = ({ data }: Tensor): number[] =>
    filled(y.shape, ([n, c]) => {
      const row = Array.from(data.subarray(n * 7, n * 7 + 7), Math.exp);
      return row[c] / row.reduce((sum, value) => sum + value, 0);
    });
  return { name, shape, y, answer, tolerance: ROUNDED };
}

const at = ({ shape: [, channels, height, width], data }: Tensor, n: number, c: number, row: number, column: number): number =>
  data[((n * channels + c) * height + row) * width + column];

/** The elements of a shape in their order, each from its place. */
function filled(shape: Shape, value: (place: readonly number[]) => number): number[] {
  return Array.from({ length: sizeOf(shape) }, (_, element) => {
    let rest = element;
    const place = shape.map(() => 0);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place[axis] = rest % shape[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    return value(place);
  });
}
