/** What a network makes of a dataset, as inference will run it: batch norms by their running statistics, nothing dropped. */
import type { Device } from "../gpu/device.ts";
import { compile, type Program } from "../graph/program.ts";
import { input } from "../kernels/op.ts";
import { type Tensor, tensor } from "../tensor.ts";
import type { Batches } from "./batches.ts";
import type { Loss } from "./objective.ts";
import { targetShape } from "./step-program.ts";
import { outputOf, type Trainee } from "./trainee.ts";
import { TrainingError } from "./training-error.ts";

export interface Evaluation {
  /** The mean of the loss over the samples. */
  readonly loss: number;
  /**
   * A row a sample, in their order: the raw outputs of a classifier or of a regression; for segmentation the Dice overlap of the mask
   * that is drawn with the one that is wanted.
   */
  readonly rows: Tensor;
}

/**
 * Runs over an epoch of batches that are in the dataset's order.
 * @throws TrainingError where an output is not a number.
 */
export async function evaluate(device: Device, trainee: Trainee, batches: Batches, loss: Loss): Promise<Evaluation> {
  const programs = new Map<number, Program>();
  const programFor = async (batch: number): Promise<Program> => {
    const known = programs.get(batch);
    if (known) return known;
    const output = outputOf(trainee, batch);
    const target = input("target", targetShape(trainee.description, output.shape));
    const program = await compile(device, { output, loss: loss(output, target) });
    programs.set(batch, program);
    return program;
  };
  const { task, output: rule } = trainee.description;
  const rows: Float32Array[] = [];
  let sum = 0;
  let count = 0;
  try {
    for await (const { inputs, targets } of batches.epoch(0)) {
      const [batch] = inputs.pictures.shape;
      const program = await programFor(batch);
      const { output, loss: mean } = await program.run({ ...inputs, target: targets });
      if (!output.data.every(Number.isFinite)) throw new TrainingError("the network gives an output that is not a number");
      sum += mean.data[0] * batch;
      count += batch;
      rows.push(task === "segmentation" ? overlaps(output, targets, rule === "none" ? 0.5 : 0) : output.data);
    }
  } finally {
    for (const program of programs.values()) program.destroy();
  }
  const length = rows.reduce((total, { length }) => total + length, 0);
  const data = new Float32Array(length);
  let next = 0;
  for (const row of rows) {
    data.set(row, next);
    next += row.length;
  }
  return { loss: sum / count, rows: tensor([count, length / count], data) };
}

/** 2 |A ∩ B| / (|A| + |B|) of each picture, all its regions together; 1 where both are empty. */
function overlaps({ shape: [batch], data }: Tensor, target: Tensor, threshold: number): Float32Array {
  const size = data.length / batch;
  return Float32Array.from({ length: batch }, (_, n) => {
    let both = 0;
    let sum = 0;
    for (let p = n * size; p < (n + 1) * size; p++) {
      const drawn = data[p] > threshold ? 1 : 0;
      both += drawn * target.data[p];
      sum += drawn + target.data[p];
    }
    return sum === 0 ? 1 : (2 * both) / sum;
  });
}
