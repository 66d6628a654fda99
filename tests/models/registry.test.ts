/** A network is found by its name, or the nearest name is told; what its record says of it is true of its graph. */
import { describe, expect, test } from "vitest";
import { input, type Node } from "../../src/kernels/op.ts";
import { networkNamed, networks } from "../../src/models/registry.ts";
import { declaredWeights } from "../../src/models/weights.ts";

const namesIn = (node: Node, seen = new Map<Node, string | undefined>()): Map<Node, string | undefined> => {
  if (seen.has(node)) return seen;
  seen.set(node, node.name);
  for (const each of node.inputs) namesIn(each, seen);
  return seen;
};

describe.each(Object.keys(networks))("%s", (name) => {
  const { build, channels, classes, task, embedding, gradCam, head, lastBlock } = networks[name];
  const weights = declaredWeights();
  const output = build(weights, input("x", [2, channels, 224, 224]));
  const stages = [...namesIn(output).values()].filter((stage) => stage !== undefined);

  test("gives as many outputs as it has classes", () => {
    expect(output.shape).toEqual(task === "segmentation" ? [2, classes, 224, 224] : [2, classes]);
  });

  test("names each stage once, the embedding and Grad-CAM's among them", () => {
    expect(new Set(stages).size).toBe(stages.length);
    expect(stages).toContain(embedding);
    expect(stages).toContain(gradCam);
  });

  test("has values in its last block, below the head and above most others", () => {
    const names = weights.trainable.map(({ attrs }) => attrs.name).filter((value) => !head.some((start) => value.startsWith(start)));
    const last = lastBlock.map((start) => names.filter((value) => value.startsWith(start)));
    expect(last.every((block) => block.length > 0)).toBe(true);
    expect(names.slice(-last.flat().length)).toEqual(last.flat());
    expect(last.flat().length).toBeLessThan(names.length / 2);
  });

  test("changes nothing but its head with the number of classes", () => {
    if (name === "lung_unet") return;
    const other = declaredWeights();
    build(other, input("x", [2, channels, 224, 224]), { classes: classes + 1 });
    const changed = other.values.filter((value, i) => String(value.shape) !== String(weights.values[i].shape));
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.filter(({ attrs }) => !head.some((start) => attrs.name.startsWith(start)))).toEqual([]);
  });
});

test("an unknown name is an error that tells the nearest", () => {
  expect(() => networkNamed("resnet-18")).toThrow("resnet-18: no such network, did you mean resnet18?");
  expect(() => networkNamed("transformer")).toThrow(/^transformer: no such network, there are resnet18, resnet34, /);
  expect(() => networkNamed("constructor")).toThrow("no such network");
});
