/** Training steps of TensorFlow.js: gradients by its tape, batch norms by the batch's moments, its momentum optimiser. */
import { createRequire } from "node:module";
import * as tf from "@tensorflow/tfjs-core";
import type { Node } from "../../../src/kernels/op.ts";
import type { Graph } from "../cases.ts";
import { CHECKED_STEPS, type Training } from "../training.ts";
import type { Prepared } from "./engine.ts";
import { tensorOf } from "./fold.ts";
import { permuted, steps, toLast } from "./tfjs-graph.ts";

// The package's bundle for Node leaves the gradients out. They are modules that only `require`, by way of tsx, finds its way in; what they
// register is global, and so reaches the bundle.
createRequire(import.meta.url)("@tensorflow/tfjs-core/dist/register_all_gradients.js");

/** A run uploads a batch, takes a step and reads the loss before it. Running statistics, which nothing in a step depends on, are left out. */
export function prepareTraining(
  { output, inputs }: Graph,
  { weights, labels, classes, lr, momentum }: Training,
  check: () => void,
): Prepared {
  // Its fused calls have no gradient through relu6.
  const plan = steps(output, { isFused: false });
  const values = [...plan.weights].map(([node, axes]) => ({ node, ...permuted(tensorOf(node), axes) }));
  const picture = permuted(inputs.x, toLast(4));
  return {
    load() {
      const constants = new Map<Node, tf.Tensor>();
      const variables: tf.Variable[] = [];
      for (const { node, data, shape } of values) {
        const isTrained = weights.includes(node);
        const tensor = tf.tensor(data, [...shape]);
        const value = isTrained ? tf.variable(tensor) : tensor;
        if (value instanceof tf.Variable) variables.push(value);
        constants.set(node, value);
      }
      const optimizer = tf.train.momentum(lr, momentum);
      const losses: number[] = [];
      const step = async (): Promise<void> => {
        const x = tf.tensor(picture.data, [...picture.shape]);
        const target = tf.oneHot(tf.tensor1d([...labels], "int32"), classes);
        const loss = optimizer.minimize(
          () => {
            const logits = plan.compute(new Map([["x", x]]), constants);
            return tf.reshape<tf.Rank.R0>(tf.losses.softmaxCrossEntropy(target, logits), []);
          },
          true,
          variables,
        );
        if (!loss) throw new Error("tfjs: there is no loss");
        losses.push((await loss.data())[0]);
        tf.dispose([x, target, loss]);
        check();
      };
      return Promise.resolve({
        async run(count: number) {
          for (let i = 0; i < count; i++) await step();
        },
        async output() {
          while (losses.length < CHECKED_STEPS) await step();
          return Float32Array.from(losses.slice(0, CHECKED_STEPS));
        },
        destroy() {
          for (const value of constants.values()) value.dispose();
          optimizer.dispose();
        },
      });
    },
  };
}
