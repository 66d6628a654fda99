/** The part of the viewer's engine that finds like films: an index, and its vectors on the device. */
import { InputError, nameOf, readBytes } from "../../../bytes.ts";
import type { Device } from "../../../gpu/device.ts";
import { areaAverage } from "../../../imaging/area-average.ts";
import { toGrey } from "../../../imaging/grey.ts";
import { sha256 } from "../../../loaders/sha256.ts";
import { openFilm } from "../../../models/picture.ts";
import {
  checkAlike,
  describeEmbeddings,
  type EmbeddingIndex,
  type IndexDescription,
  type IndexItem,
  readIndex,
  type StoredIndex,
  writeIndex,
} from "../../../retrieval/embedding-index.ts";
import { type VoteOptions, vote, winner } from "../../../retrieval/knn.ts";
import { groupOf, queryGroup } from "../../../retrieval/left-out.ts";
import { type Neighbour, type Neighbours, neighbours } from "../../../retrieval/neighbours.ts";
import { tensor } from "../../../tensor.ts";
import type { Context, Handlers } from "../engine-server.ts";
import { type OpenModel, type OpenModels, READING } from "../open-models.ts";
import type { Input, Output } from "../protocol.ts";
import type { CasesCalls, GivenIndex, Indexed, OpenedIndex, SearchSettings, Vote } from "./cases-protocol.ts";

/** Vectors of pictures that are kept, so that another k or metric does not ask the network again. */
const KEPT = 256;

/** The index that was searched last. */
interface KeptIndex extends StoredIndex {
  readonly id: number;
}

/** An index's vectors on a device, made ready for one kind of search. */
interface Searcher {
  readonly key: string;
  readonly device: Device;
  readonly ready: Neighbours;
}

export function casesEngine(models: OpenModels): Pick<Handlers, keyof CasesCalls> {
  let kept: KeptIndex | undefined;
  let searcher: Searcher | undefined;
  const vectors = new Map<string, Float32Array>();
  let queue: Promise<unknown> = Promise.resolve();

  /** One search at a time, so that no vectors are given up while they are searched. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = queue.then(work);
    queue = turn.catch(() => {});
    return turn;
  };
  const keep = (index: KeptIndex): KeptIndex => {
    searcher?.ready.destroy();
    [kept, searcher] = [index, undefined];
    return index;
  };
  const read = async ({ id, name, embeddings, items }: GivenIndex): Promise<KeptIndex> =>
    kept?.id === id ? kept : keep({ id, ...(await readIndex(named(embeddings, name), named(items, name))) });

  const searcherFor = async (
    device: Device,
    { items, embeddings }: EmbeddingIndex,
    { k, metric, leftOut }: SearchSettings,
  ): Promise<Neighbours> => {
    const key = JSON.stringify([k, metric, leftOut]);
    if (searcher?.key === key && searcher.device === device) return searcher.ready;
    searcher?.ready.destroy();
    searcher = undefined;
    const groups = leftOut && items.map((item) => groupOf(item, leftOut));
    const ready = await neighbours(device, embeddings, { k: Math.min(k, items.length), metric, groups, batch: 1 });
    searcher = { key, device, ready };
    return ready;
  };

  /** The vector of a picture, read as the index's own pictures were. */
  const vectorOf = async (
    { model }: OpenModel,
    { layer, pixels, modelHash }: IndexDescription,
    picture: Blob | string,
    hash: string,
  ): Promise<Float32Array> => {
    const key = [modelHash, layer, pixels, hash].join(" ");
    const known = vectors.get(key);
    if (known) return known;
    const { image } = await openFilm(picture, { ...READING, pixels });
    const vector = await model.embed(image, { layer });
    vectors.set(key, vector);
    const [oldest] = vectors.keys();
    if (vectors.size > KEPT) vectors.delete(oldest);
    return vector;
  };

  const findLike = async ({ picture, index: given, ...settings }: Input<"findLike">): Promise<Output<"findLike">> => {
    const index = await read(given);
    const { items, description } = index;
    const { layer, pixels, dimensions } = description;
    const classifier = models.get("first");
    const { model, file } = classifier;
    checkAlike(description, await describeEmbeddings(model, file.name, { layer, pixels }), given.name);
    const start = performance.now();
    const hash = await sha256(await readBytes(picture));
    const vector = await vectorOf(classifier, description, picture, hash);
    const { leftOut, patient, label, weights } = settings;
    // A picture whose patient is not known is at least not found itself.
    const group = leftOut && queryGroup(hash, items, leftOut, patient);
    const exclude = leftOut && [group ?? `file ${hash}`];
    const ready = await searcherFor(model.device, index, settings);
    const [found] = await ready.search(tensor([1, dimensions], vector), { exclude });
    const votes = label === undefined ? undefined : voteOf(found, items, label, weights);
    return {
      neighbours: found,
      settings,
      sha256: hash,
      isPatientUnknown: leftOut !== undefined && group === undefined,
      ...(votes && { vote: votes }),
      elapsedMs: performance.now() - start,
    };
  };

  return {
    openIndex: (given) => inTurn(async () => seen(given.name, await read(given))),

    buildIndex: ({ id, name, pictures }, context) =>
      inTurn(() =>
        models.survivingLoss(context, async () => {
          const { leftOut, ...built } = await embedded(models.get("first"), pictures, context);
          if (built.items.length === 0) throw new InputError(name, "none of the pictures can be embedded");
          const { embeddings, items } = await writeIndex(built);
          const files = { id, name, embeddings: new Blob([embeddings]), items: new Blob([items]) };
          return { ...seen(name, keep({ id, unfinished: 0, ...built })), files, leftOut };
        }),
      ),

    findLike: (input, context) => inTurn(() => models.survivingLoss(context, () => findLike(input))),

    async shrink({ picture, side }) {
      const image = toGrey((await openFilm(picture, { pixels: "display" })).image);
      const factor = Math.min(1, side / Math.max(image.width, image.height));
      const [width, height] = [image.width, image.height].map((length) => Math.max(1, Math.round(length * factor)));
      const { bitDepth, data } = factor === 1 ? image : areaAverage(image, width, height);
      return { width, height, bitDepth, data };
    },
  };
}

/** What a page needs to know of an index. */
const seen = (name: string, { description, items, unfinished }: StoredIndex): OpenedIndex => ({ name, description, items, unfinished });

/** A blob under a name of its own in messages: the index's, and its own file's where it has one. */
const named = (blob: Blob, index: string): File => {
  const own = nameOf(blob);
  return new File([blob], own === "bytes" ? index : own);
};

/** The embeddings of pictures by the default layer, each picture once; what cannot be read is told. */
async function embedded(
  { model, file }: OpenModel,
  pictures: readonly Indexed[],
  { signal, report }: Context,
): Promise<EmbeddingIndex & { readonly leftOut: { readonly name: string; readonly problem: string }[] }> {
  const description = await describeEmbeddings(model, file.name, { pixels: "stored" });
  const items: IndexItem[] = [];
  const rows: Float32Array[] = [];
  const leftOut: { name: string; problem: string }[] = [];
  for (const [done, { name, source }] of pictures.entries()) {
    signal.throwIfAborted();
    report({ stage: "run", name, done, total: pictures.length });
    try {
      const hash = await sha256(await readBytes(source));
      const same = items.find((item) => item.sha256 === hash);
      if (same) {
        leftOut.push({ name, problem: `is the same file as ${same.file}` });
        continue;
      }
      rows.push(await model.embed(source, { layer: description.layer }));
      items.push({ file: name, sha256: hash });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      leftOut.push({ name, problem: error.message });
    }
  }
  const embeddings = tensor([items.length, description.dimensions]);
  rows.forEach((row, place) => {
    embeddings.data.set(row, place * description.dimensions);
  });
  return { description, items, embeddings, leftOut };
}

/** Undefined where no neighbour has a label. */
function voteOf(
  found: readonly Neighbour[],
  items: readonly IndexItem[],
  column: string,
  weights: VoteOptions["weights"],
): Vote | undefined {
  const voters = found.filter(({ index }) => items[index][column]);
  if (voters.length === 0) return undefined;
  const classes = [...new Set(voters.map(({ index }) => items[index][column]))];
  const labels = items.map((item) => classes.indexOf(item[column]));
  const shares = vote(voters, labels, classes.length, { weights });
  return {
    label: classes[winner(shares, voters, labels)],
    shares: classes
      .map((label, c) => ({ label, share: shares[c], count: voters.filter(({ index }) => labels[index] === c).length }))
      .sort((a, b) => b.share - a.share),
    silent: found.length - voters.length,
  };
}
