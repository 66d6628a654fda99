/** A program for device.test.ts: opens a device, runs a graph on it, and tells on stderr, as JSON, which adapter it was. */
import { type AdapterChoice, requestDevice } from "../../src/gpu/device.ts";
import { compile } from "../../src/graph/program.ts";
import { relu } from "../../src/kernels/activation.ts";
import { input } from "../../src/kernels/op.ts";

const choice = (["auto", "hardware", "software"] as const satisfies readonly AdapterChoice[]).find((each) => each === process.argv[2]);
const device = await requestDevice({ adapter: choice });
const program = await compile(device, { y: relu(input("x", [1, 4, 1, 1])) });
const { y } = await program.run({ x: { shape: [1, 4, 1, 1], data: Float32Array.of(-1, 2, -3, 4) } });
// An error that Dawn prints unless somebody listens.
device.gpu.createBuffer({ size: 16, usage: 0 });
await device.gpu.queue.onSubmittedWorkDone();
program.destroy();
device.destroy();
process.stderr.write(`\n${JSON.stringify({ description: device.profile.description, y: [...y.data] })}\n`, () => process.exit());
