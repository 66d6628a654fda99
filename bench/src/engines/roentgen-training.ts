/** Our training steps. */
import type { Device } from "../../../src/gpu/device.ts";
import { compile } from "../../../src/graph/program.ts";
import { sgd } from "../../../src/training/optimizers/sgd.ts";
import type { Graph } from "../cases.ts";
import { CHECKED_STEPS, type Training } from "../training.ts";
import type { Prepared } from "./engine.ts";

/** A run uploads a batch, takes a step and reads the loss before it. */
export function prepareTraining(device: Device, { inputs }: Graph, training: Training): Prepared {
  const { loss, weights, gradients, statistics, lr, momentum } = training;
  return {
    async load() {
      const { updates } = sgd(weights, gradients, { lr, momentum });
      const program = await compile(device, { loss }, { updates: [...updates, ...statistics] });
      const losses: number[] = [];
      const step = async (): Promise<void> => void losses.push((await program.run(inputs)).loss.data[0]);
      return {
        async run(count) {
          for (let i = 0; i < count; i++) await step();
        },
        async output() {
          while (losses.length < CHECKED_STEPS) await step();
          return Float32Array.from(losses.slice(0, CHECKED_STEPS));
        },
        destroy: () => program.destroy(),
      };
    },
  };
}
