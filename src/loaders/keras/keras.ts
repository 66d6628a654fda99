/** Keras's files: .h5 of models and of weights (Keras 2 and 3), .weights.h5 and .keras (Keras 3). */
import { InputError } from "../../bytes.ts";
import { type Hdf5Object, readHdf5 } from "../hdf5/hdf5.ts";
import type { ReadWeightsOptions, WeightsFile } from "../weights-file.ts";
import type { ZipEntry } from "../zip.ts";
import { adoptLayers } from "./adopt.ts";
import { type KerasConfig, layersOf, type NamedValue, readConfig } from "./layers.ts";

/** Groups within groups, as models within models make them. */
const MAX_DEPTH = 32;

/**
 * An HDF5 file of Keras's.
 * @throws InputError where it is damaged, or its layers are none of a network that we have.
 */
export function readKerasH5(bytes: Uint8Array, file: string, options: ReadWeightsOptions): WeightsFile {
  const root = readHdf5(bytes, file);
  const text = root.attributes.get("model_config");
  const config = typeof text === "string" ? readConfig(text, (problem) => new InputError(file, problem)) : undefined;
  return adopted(root, config, file, options);
}

/**
 * A .keras archive: its configuration beside its weights.
 * @throws InputError as `readKerasH5`.
 */
export function readKerasArchive(entries: ReadonlyMap<string, ZipEntry>, file: string, options: ReadWeightsOptions): WeightsFile {
  const [text, weights] = ["config.json", "model.weights.h5"].map((name) => {
    const entry = entries.get(name);
    if (!entry) throw new InputError(file, `is no .keras archive, it has no ${name}`);
    return entry.read();
  });
  const config = readConfig(new TextDecoder().decode(text), (problem) => new InputError(file, problem));
  return adopted(readHdf5(weights, file), config, file, options);
}

function adopted(root: Hdf5Object, config: KerasConfig | undefined, file: string, options: ReadWeightsOptions): WeightsFile {
  const fail = (problem: string): InputError => new InputError(file, problem);
  const values =
    root.members?.has("layers") || root.members?.has("_layer_checkpoint_dependencies")
      ? numberedValues(root, fail)
      : namedValues(root, fail);
  if (values.length === 0) throw fail("is an HDF5 file without weights of Keras");
  return adoptLayers(layersOf(values, config, fail), config, "Keras", file, options);
}

/** Keras 2's layout: a group for each layer, whose attribute lists its weights; in the file of a model under model_weights. */
function namedValues(root: Hdf5Object, fail: (problem: string) => InputError): NamedValue[] {
  const weights = root.members?.get("model_weights")?.() ?? root;
  const names = weights.attributes.get("layer_names");
  const layers = Array.isArray(names) ? names : [...(weights.members?.keys() ?? [])];
  const values: NamedValue[] = [];
  for (const name of layers) {
    const layer = find(weights, name);
    if (!layer) throw fail(`lists a layer ${JSON.stringify(name.slice(0, 100))} that it does not have`);
    const listed = layer.attributes.get("weight_names");
    for (const path of Array.isArray(listed) ? listed : []) {
      const array = find(layer, path);
      if (!array?.read) throw fail(`lists weights ${JSON.stringify(path.slice(0, 100))} that it does not have`);
      // A name without the layer's in front: Keras 3 writes "kernel" where Keras 2 wrote "conv1/kernel:0".
      values.push({ path: path.includes("/") ? path : `${name}/${path}`, tensor: array.read() });
    }
  }
  return values;
}

function find(root: Hdf5Object, path: string): Hdf5Object | undefined {
  let object: Hdf5Object | undefined = root;
  for (const name of path.split("/").filter(Boolean).slice(0, MAX_DEPTH)) object = object?.members?.get(name)?.();
  return object;
}

/** Keras 3's layout: layers/conv2d_1/vars/0, where `vars` bears the layer's name; the optimizer's are left alone. */
function numberedValues(root: Hdf5Object, fail: (problem: string) => InputError): NamedValue[] {
  const values: NamedValue[] = [];
  const left: { group: Hdf5Object; path: readonly string[] }[] = [{ group: root, path: [] }];
  for (let next = left.pop(); next; next = left.pop()) {
    const { group, path } = next;
    if (path.length > MAX_DEPTH) throw fail(`is nested deeper than ${MAX_DEPTH} levels`);
    const vars = group.members?.get("vars")?.();
    const given = vars?.attributes.get("name");
    const name = typeof given === "string" ? given : path.at(-1);
    for (const [index, array] of vars?.members ?? []) {
      const { read } = array();
      if (read && path.length > 0) values.push({ path: `${name}/${index}`, tensor: read() });
    }
    const inner = [...(group.members ?? [])].filter(([key]) => key !== "vars" && key !== "optimizer");
    for (const [key, member] of inner.reverse()) {
      const object = member();
      if (object.members) left.push({ group: object, path: [...path, key] });
    }
  }
  return values;
}
