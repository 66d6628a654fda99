/** The map of a network that an explanation weighs. */
import { InputError } from "../bytes.ts";
import { topologicalOrder } from "../graph/order.ts";
import { isInput, type Node } from "../kernels/op.ts";
import { namedLayer, namedLayers } from "../models/named-layer.ts";
import { networks } from "../models/registry.ts";

/** A map of a network, by the name it was asked for. */
export interface Layer {
  readonly name: string;
  readonly node: Node;
}

/**
 * The map called `wanted`, as torchvision names the module; by default the one that the network's authors would weigh.
 * @throws InputError for a layer that there is not, or that is no map.
 */
export function layerOf(raw: Node, arch: string, wanted: string | undefined): Layer {
  const usual = Object.hasOwn(networks, arch) ? networks[arch].gradCam : undefined;
  // A file from elsewhere may call itself by a network's name and have other layers.
  const name = wanted ?? (usual !== undefined && namedLayers(raw).has(usual) ? usual : undefined);
  if (name === undefined) return lastMap(raw, arch);
  const node = namedLayer(raw, name, arch);
  if (node.shape.length === 4) return { name, node };
  const maps = [...namedLayers(raw)].filter(([, { shape }]) => shape.length === 4);
  const [last] = maps[maps.length - 1] ?? [];
  throw new InputError(
    arch,
    `has no pixels left in ${name}, which is [${node.shape.join(", ")}]${last ? `; the last map is ${last}` : ""}`,
  );
}

/** What comes last among the values that have more than one pixel. */
function lastMap(raw: Node, arch: string): Layer {
  const maps = topologicalOrder([raw]).filter(
    ({ inputs, shape: [, channels, height = 1, width = 1] }) => inputs.length > 0 && channels > 1 && height * width > 1,
  );
  const node = maps.findLast((candidate) => topologicalOrder([candidate]).some(isInput));
  if (!node) throw new InputError(arch, "has no map to weigh; occlusion needs none");
  return { name: node.name ?? "the last map", node };
}
