/** Files of the Hugging Face hub by their ids, hf:owner/repository[/file][@revision], kept in a cache folder. Node only. */
import { InputError } from "../bytes.ts";
import { download } from "./download.ts";
import { timmMetadata } from "./timm-config.ts";
import { type ReadWeightsOptions, readWeights, type WeightsFile } from "./weights-file.ts";

interface HubId {
  readonly repository: string;
  readonly file?: string;
  readonly revision: string;
}

/** Files by which repositories give a network's weights, in the order of preference. */
const USUAL = ["model.safetensors", "pytorch_model.bin"];

/**
 * The parts of an id; the revision is main unless given.
 * @throws InputError where it is none.
 */
export function parseHubId(id: string): HubId {
  const part = "[\\w.-]+";
  const [, repository, file, revision = "main"] =
    new RegExp(`^hf:(${part}/${part})(?:/(${part}(?:/${part})*))?(?:@(${part}(?:/${part})*))?$`).exec(id) ?? [];
  if (repository === undefined || id.split(/[/@:]/).some((name) => /^\.+$/.test(name)))
    throw new InputError(id, "is no id of the hub, expected hf:owner/repository[/file][@revision]");
  return { repository, file, revision };
}

/**
 * Fetches what an id names, unless the cache has it, and reads it. The repository's config.json, where timm wrote it, tells the network,
 * its classes and its preprocessing.
 * @throws InputError where there is no such file, or the hub cannot be reached and the cache has none.
 */
export async function readHubWeights(id: string, options: ReadWeightsOptions): Promise<WeightsFile> {
  const { repository, file, revision } = parseHubId(id);
  const endpoint = (process.env.HF_ENDPOINT || "https://huggingface.co").replace(/\/+$/, "");
  const fetched = (name: string): Promise<string | undefined> => {
    const path = `${repository}/${encodeURIComponent(revision)}/${name}`;
    const url = `${endpoint}/${repository}/resolve/${encodeURIComponent(revision)}/${name}`;
    return download({ url, path: `hub/${path}`, id: `hf:${repository}/${name}`, onProgress: options.onProgress });
  };
  let weights: string | undefined;
  for (const name of file === undefined ? USUAL : [file]) weights ??= await fetched(name);
  if (weights === undefined)
    throw new InputError(id, file === undefined ? `has neither ${USUAL.join(" nor ")}; name a file` : "there is no such file on the hub");
  const config = await fetched("config.json");
  const described = config === undefined ? {} : await timmMetadata(config);
  const read = await readWeights(weights, { ...options, arch: options.arch ?? described.arch });
  return read.isModel ? read : { ...read, metadata: { ...described, ...read.metadata } };
}
