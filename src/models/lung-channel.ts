/** What a model's file says of the picture of film and lungs that it sees. */
import type { ChannelOrder } from "../imaging/mask-channel.ts";
import type { Fail } from "./description.ts";
import type { LungChannel } from "./film-and-lungs.ts";

const keys = ["order", "clipLimit", "tiles", "threshold", "leastPart", "finder"];

/** @throws InputError for what is not known, or cannot be. */
export function readLungChannel(given: unknown, fail: Fail): LungChannel {
  if (!isRecord(given)) throw fail("metadata input lungs must be an object");
  const unknown = Object.keys(given).filter((key) => !keys.includes(key));
  if (unknown.length > 0) throw fail(`metadata input lungs has unknown ${unknown.join(", ")}`);
  const number = (key: string, least: number, most: number): number => {
    const value = given[key];
    if (typeof value !== "number" || !(value >= least && value <= most))
      throw fail(`metadata input lungs ${key} must be a number from ${least} to ${most}, got ${JSON.stringify(value)}`);
    return value;
  };
  const { order, finder } = given;
  if (!isOrder(order)) throw fail(`metadata input lungs order must be of image, mask and zero, got ${JSON.stringify(order)}`);
  const tiles = number("tiles", 1, 256);
  if (!Number.isInteger(tiles)) throw fail(`metadata input lungs tiles must be a whole number, got ${tiles}`);
  if (finder !== undefined && !(isRecord(finder) && typeof finder.name === "string" && typeof finder.hash === "string"))
    throw fail("metadata input lungs finder must have a name and a hash");
  return {
    order,
    clipLimit: number("clipLimit", 0, 256),
    tiles,
    threshold: number("threshold", 0, 1),
    leastPart: number("leastPart", 0, 1),
    ...(isRecord(finder) && { finder: { name: String(finder.name), hash: String(finder.hash) } }),
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

const isOrder = (value: unknown): value is ChannelOrder =>
  Array.isArray(value) &&
  value.length === 3 &&
  value.every((channel) => channel === "image" || channel === "mask" || channel === "zero") &&
  value.includes("image") &&
  value.includes("mask");
