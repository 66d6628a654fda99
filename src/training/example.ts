/** A sample as a network is shown it: decoded, brought to the input's size as in inference, changed, with its mask beside it. */
import { InputError, readBytes, type Source } from "../bytes.ts";
import { checkFilm } from "../imaging/film.ts";
import { toRgb } from "../imaging/rgb.ts";
import { decodeImage, type Image } from "../loaders/image.ts";
import type { InputDescription } from "../models/description.ts";
import { prepare } from "../models/preprocess.ts";
import { applyChanges, applyToMask, drawChanges, type Recipe } from "./augment.ts";
import type { Sample } from "./dataset.ts";

export interface ExampleOptions {
  readonly input: InputDescription;
  readonly augment?: Recipe;
  /** Whether changes are made at the network's size, or before, at the picture's own: slower, and lengths in pixels mean less. */
  readonly augmentAt?: "input" | "source";
}

export interface Example {
  readonly image: Image;
  /** One channel; values of 128 and more are inside. */
  readonly mask?: Image;
}

/** A place where an example stays as it was before its changes, which differ from epoch to epoch. */
export interface Kept {
  get(): Example | undefined;
  set(example: Example): void;
}

/** How a mask is brought to its picture's size. */
const MASK = { channels: 1, colour: "grey", pseudoColour: undefined, filter: "nearest", antialias: false, equalize: false } as const;

/**
 * One example. `key` is (seed, epoch, place in the epoch), of which its changes are a function.
 * @throws InputError for a picture that cannot be read or is no film, a film where film and lungs are needed, and a mask of another size.
 */
export async function readExample(
  { name, picture, seen = picture, mask }: Sample,
  key: readonly number[],
  { input, augment, augmentAt = "input" }: ExampleOptions,
  kept?: Kept,
): Promise<Example> {
  const changes = augment ? drawChanges(augment, ...key) : [];
  // Grey is repeated last, so that three equal channels are not changed three times.
  const sizing = input.colour === "grey" ? { ...input, channels: 1 as const } : input;
  const atSize = async ({ image, mask }: Example): Promise<Example> => ({
    image: (await prepare(image, sizing)).image,
    mask: mask && (await prepare(mask, { ...sizing, ...MASK })).image,
  });
  const change = ({ image, mask }: Example): Example => ({ image: applyChanges(image, changes), mask: mask && applyToMask(mask, changes) });
  let plain = kept?.get();
  if (!plain) {
    const read = await readPair(name, seen, mask);
    if (input.lungs && read.image.channels !== 3)
      throw new InputError(name, "is a film, and the network sees film and lungs: pictures of both are needed (see keidarPictures)");
    plain = augmentAt === "input" ? await atSize(read) : read;
    kept?.set(plain);
  }
  const { image, mask: region } = augmentAt === "input" ? change(plain) : await atSize(change(plain));
  return { image: input.channels === 3 ? toRgb(image) : image, mask: region };
}

async function readPair(name: string, picture: Source, mask: Source | undefined): Promise<Example> {
  const image = await decodeImage(await readBytes(picture), name);
  checkFilm(image, name);
  if (mask === undefined) return { image };
  const region = await decodeImage(await readBytes(mask), `mask of ${name}`);
  if (region.width !== image.width || region.height !== image.height) {
    throw new InputError(
      `mask of ${name}`,
      `must be as large as its picture, ${image.width} × ${image.height}, got ${region.width} × ${region.height}`,
    );
  }
  return { image, mask: region };
}
