/** What cannot be explained, in one sentence each. */
import { InputError } from "../bytes.ts";
import type { Image } from "../loaders/image.ts";
import type { ModelDescription } from "../models/description.ts";
import { nearestName } from "../models/nearest-name.ts";
import type { Ready } from "../models/picture.ts";
import type { Method, MethodOptions } from "./method.ts";
import { type MethodName, methodNames, methods } from "./methods.ts";

/** @throws InputError for a method that there is not, with the nearest one. */
export function methodNamed(name: string): Method {
  const known = methodNames.find((each) => each === name);
  if (known) return methods[known];
  const nearest = nearestName(name, methodNames);
  throw new InputError(name, nearest ? `no such method, did you mean ${nearest}?` : `no such method, there are ${methodNames.join(", ")}`);
}

/** @throws InputError for an option that the method would pass over. */
export function checkOptions(name: MethodName, { takes }: Method, options: MethodOptions): void {
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined || takes.some((taken) => taken === key)) continue;
    const known = takes.length === 0 ? "it takes no options" : `it takes ${takes.join(", ")}`;
    throw new InputError(name, `has no ${key}; ${known}`);
  }
}

/** @throws InputError for a class that the model lacks, with the nearest one. */
export function labelIndex(label: string, { arch, classes }: ModelDescription): number {
  const index = classes.indexOf(label);
  if (index >= 0) return index;
  const nearest = nearestName(label, classes);
  throw new InputError(arch, `has no class ${label}${nearest ? `, did you mean ${nearest}?` : ""} (there are ${classes.join(", ")})`);
}

/** @throws InputError for a picture of one value, in which nothing can speak for anything. */
export function checkContrast({ image, prepared }: Ready, name: string): void {
  const isConstant = ({ data }: Image): boolean => data.every((value) => value === data[0]);
  if (isConstant(image)) throw new InputError(name, `every pixel is ${image.data[0]}: a constant picture has no explanation`);
  if (isConstant(prepared.image))
    throw new InputError(name, "is the same everywhere at the network's size: a constant picture has no explanation");
}

/** @throws InputError where a graph from elsewhere holds an op that has no gradient. */
export async function telling<T>(arch: string, begin: () => Promise<T>): Promise<T> {
  try {
    return await begin();
  } catch (cause) {
    if (cause instanceof Error && cause.message.startsWith("gradients: "))
      throw new InputError(arch, `cannot be explained by gradients (${cause.message.slice("gradients: ".length)}); occlusion needs none`, {
        cause,
      });
    throw cause;
  }
}
