/** Every network has the parameters, names, stages, map sizes and multiply–adds that its published implementation has. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { input, isInput, isParameter, type Node } from "../../src/kernels/op.ts";
import { type LiangTrunk, liangCnnrf } from "../../src/models/liang.ts";
import { type NetworkOptions, networks } from "../../src/models/registry.ts";
import { declaredWeights, type Weights } from "../../src/models/weights.ts";
import { type Shape, sizeOf } from "../../src/tensor.ts";

interface Built {
  readonly weights: Weights;
  readonly output: Node;
}

function build(
  name: string,
  size = 224,
  { channels = networks[name].channels, ...options }: NetworkOptions & { channels?: number } = {},
): Built {
  const weights = declaredWeights();
  return { weights, output: networks[name].build(weights, input("x", [1, channels, size, size]), options) };
}

/** Each node once, inputs before users. */
function nodesOf(output: Node): Node[] {
  const seen = new Set<Node>();
  const visit = (node: Node) => {
    if (seen.has(node)) return;
    node.inputs.forEach(visit);
    seen.add(node);
  };
  visit(output);
  return [...seen];
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0);

const macsOf = ({ output }: Built, counts: (node: Node) => boolean = () => true): number =>
  sum(
    nodesOf(output)
      .filter(counts)
      .map((node) => node.op.macs?.(node) ?? 0),
  );

const parametersOf = ({ weights }: Built, prefix = ""): number =>
  sum(weights.trainable.filter(({ attrs }) => attrs.name.startsWith(prefix)).map(({ shape }) => sizeOf(shape)));

const counters = ({ weights }: Built): number => weights.values.filter(({ attrs }) => attrs.name.endsWith(".running_var")).length;

const buffersOf = (built: Built): number =>
  sum(built.weights.values.map(({ shape }) => sizeOf(shape))) - parametersOf(built) + counters(built);

const keysOf = (built: Built): number => built.weights.values.length + counters(built);

const stage = ({ output }: Built, name: string): Node | undefined => nodesOf(output).find((node) => node.name === name);

/** The sides of the maps from the input on, each change once. */
const sidesOf = ({ output }: Built): number[] =>
  nodesOf(output)
    .filter((node) => node.shape.length === 4 && !isParameter(node) && !dependsOnParametersOnly(node))
    .map((node) => node.shape[2])
    .filter((side, i, sides) => side !== sides[i - 1]);

const dependsOnParametersOnly = (node: Node): boolean => !isInput(node) && node.inputs.every(dependsOnParametersOnly);

describe.each([
  ["resnet18", 11_689_512, 9_620, 122, [20, 20, 1]],
  ["resnet34", 21_797_672, 17_060, 218, [36, 36, 1]],
  ["resnet50", 25_557_032, 53_173, 320, [53, 53, 1]],
  ["resnet101", 44_549_160, 105_448, 626, [104, 104, 1]],
  ["resnet152", 60_192_808, 151_579, 932, [155, 155, 1]],
  ["vgg11", 132_863_336, 0, 22, [8, 0, 3]],
  ["vgg11_bn", 132_868_840, 5_512, 62, [8, 8, 3]],
  ["vgg13", 133_047_848, 0, 26, [10, 0, 3]],
  ["vgg13_bn", 133_053_736, 5_898, 76, [10, 10, 3]],
  ["vgg16", 138_357_544, 0, 32, [13, 0, 3]],
  ["vgg16_bn", 138_365_992, 8_461, 97, [13, 13, 3]],
  ["vgg19", 143_667_240, 0, 38, [16, 0, 3]],
  ["vgg19_bn", 143_678_248, 11_024, 118, [16, 16, 3]],
  ["squeezenet1_0", 1_248_424, 0, 52, [26, 0, 0]],
  ["squeezenet1_1", 1_235_496, 0, 52, [26, 0, 0]],
  ["densenet121", 7_978_856, 83_769, 727, [120, 121, 1]],
  ["densenet161", 28_681_000, 220_097, 967, [160, 161, 1]],
  ["densenet169", 14_149_480, 158_569, 1015, [168, 169, 1]],
  ["mobilenet_v2", 3_504_872, 34_164, 314, [52, 52, 1]],
])("%s with 1000 classes", (name, parameters, buffers, keys, layers) => {
  const built = build(name);

  test(`has ${parameters} parameters, ${buffers} buffered values, ${keys} keys`, () => {
    expect([parametersOf(built), buffersOf(built), keysOf(built)]).toEqual([parameters, buffers, keys]);
  });

  test(`has ${layers.join(", ")} convolutions, batch norms, linear layers`, () => {
    const ofRank = (rank: number) => built.weights.values.filter(({ shape }) => shape.length === rank).length;
    expect([ofRank(4), counters(built), ofRank(2)]).toEqual(layers);
  });
});

test.each([
  ["resnet18", { 224: 1_814_073_344, 200: 1_556_372_480, 256: 2_369_245_184, 512: 9_475_444_736 }],
  ["resnet34", { 224: 3_663_761_408, 200: 3_137_985_536, 256: 4_785_164_288, 512: 19_139_121_152 }],
  ["resnet50", { 224: 4_089_184_256, 200: 3_498_822_656, 256: 5_340_348_416, 512: 21_355_249_664 }],
  ["resnet101", { 224: 7_801_405_440 }],
  ["resnet152", { 224: 11_513_626_624 }],
  ["vgg11", { 224: 7_609_090_048 }],
  ["vgg11_bn", { 224: 7_609_090_048 }],
  ["vgg13", { 224: 11_308_466_176 }],
  ["vgg13_bn", { 224: 11_308_466_176 }],
  ["vgg16", { 224: 15_470_264_320, 200: 12_271_169_536, 256: 20_168_212_480 }],
  ["vgg16_bn", { 224: 15_470_264_320 }],
  ["vgg19", { 224: 19_632_062_464 }],
  ["vgg19_bn", { 224: 19_632_062_464 }],
  ["squeezenet1_0", { 224: 818_924_576, 200: 654_774_048, 256: 1_080_590_368, 512: 4_478_017_568 }],
  ["squeezenet1_1", { 224: 349_151_936, 200: 287_885_504, 256: 462_097_088, 512: 1_934_838_464 }],
  ["densenet121", { 224: 2_834_161_664, 200: 2_212_318_208, 256: 3_701_448_704, 512: 14_802_722_816 }],
  ["densenet161", { 224: 7_727_907_072 }],
  ["densenet169", { 224: 3_359_843_328 }],
  ["mobilenet_v2", { 224: 300_774_272, 200: 262_690_832, 256: 392_456_192, 512: 1_565_984_768 }],
])("multiply–adds of %s by input side: %o", (name, macs) => {
  const sides = Object.keys(macs).map(Number);
  expect(Object.fromEntries(sides.map((side) => [side, macsOf(build(name, side))]))).toEqual(macs);
});

test.each([
  ["resnet34", 76_554_436_608],
  ["resnet50", 85_412_806_656],
  ["resnet152", 240_568_500_224],
  ["vgg16", 320_713_261_056],
])("the convolutions of %s at 1024 take %i multiply–adds", (name, macs) => {
  expect(macsOf(build(name, 1024), (node) => node.shape.length === 4)).toBe(macs);
});

test.each([
  ["resnet18", 2, 11_177_538],
  ["resnet34", 2, 21_285_698],
  ["resnet50", 2, 23_512_130],
  ["resnet101", 2, 42_504_258],
  ["resnet152", 2, 58_147_906],
  ["keidar_resnet18", 2, 12_358_466],
  ["keidar_resnet34", 2, 22_466_626],
  ["keidar_resnet50", 2, 26_262_850],
  ["keidar_resnet101", 2, 45_254_978],
  ["keidar_resnet152", 2, 60_898_626],
  ["vgg16", 2, 134_268_738],
  ["vgg16_bn", 2, 134_277_186],
  ["squeezenet1_0", 2, 736_450],
  ["squeezenet1_1", 2, 723_522],
  ["densenet121", 2, 6_955_906],
  ["densenet121", 14, 6_968_206],
  ["mobilenet_v2", 2, 2_226_434],
  ["mobilenet_v2", 7, 2_232_839],
])("%s with %i classes has %i parameters", (name, classes, parameters) => {
  expect(parametersOf(build(name, 224, { classes }))).toBe(parameters);
});

test.each([
  [2, 224, 299_496_832],
  [7, 224, 299_503_232],
  [2, 200, 261_413_392],
  [7, 200, 261_419_792],
])("mobilenet_v2 with %i classes at %i takes %i multiply–adds", (classes, side, macs) => {
  expect(macsOf(build("mobilenet_v2", side, { classes }))).toBe(macs);
});

test.each([
  ["keidar_resnet18", 1_180_160],
  ["keidar_resnet50", 2_753_024],
])("the head of %s takes %i multiply–adds", (name, macs) => {
  expect(macsOf(build(name), (node) => node.shape.length === 2)).toBe(macs);
});

test("densenet121 of TorchXRayVision: one channel, 18 outputs", () => {
  const built = build("densenet121", 224, { channels: 1, classes: 18 });
  expect([parametersOf(built), macsOf(built)]).toEqual([6_966_034, 2_754_480_128]);
});

test.each([
  ["resnet50", 3_857_973_248],
  ["resnet101", 7_570_194_432],
  ["resnet152", 11_282_415_616],
])("%s v1 has its stride on the first 1×1 convolution: %i multiply–adds, the same parameters", (name, macs) => {
  const v1 = build(name, 224, { v1: true });
  expect(macsOf(v1)).toBe(macs);
  expect(shapesOf(v1)).toEqual(shapesOf(build(name)));
});

test("without bottlenecks v1 changes nothing", () => {
  expect(macsOf(build("resnet34", 224, { v1: true }))).toBe(3_663_761_408);
});

test.each([
  ["resnet18", { layer1: 147_968, layer2: 525_568, layer3: 2_099_712, layer4: 8_393_728, fc: 513_000 }],
  ["resnet34", { layer1: 221_952, layer2: 1_116_416, layer3: 6_822_400, layer4: 13_114_368 }],
  ["resnet50", { conv1: 9_408, bn1: 128, layer1: 215_808, layer2: 1_219_584, layer3: 7_098_368, layer4: 14_964_736, fc: 2_049_000 }],
  ["resnet101", { layer3: 26_090_496 }],
  ["resnet152", { layer2: 2_339_840, layer3: 40_613_888 }],
  ["vgg11", { features: 9_220_480, classifier: 123_642_856 }],
  ["vgg13", { features: 9_404_992, classifier: 123_642_856 }],
  ["vgg16", { features: 14_714_688, classifier: 123_642_856 }],
  ["vgg19", { features: 20_024_384, classifier: 123_642_856 }],
  [
    "densenet121",
    {
      "features.conv0": 9_408,
      "features.norm0": 128,
      "features.denseblock1": 335_040,
      "features.denseblock2": 919_680,
      "features.denseblock3": 2_837_760,
      "features.denseblock4": 2_158_080,
      "features.transition1": 33_280,
      "features.transition2": 132_096,
      "features.transition3": 526_336,
      "features.norm5": 2_048,
      classifier: 1_025_000,
    },
  ],
])("parameters of the parts of %s: %o", (name, parts) => {
  const built = build(name);
  expect(Object.fromEntries(Object.keys(parts).map((part) => [part, parametersOf(built, `${part}.`)]))).toEqual(parts);
});

test("parameters of mobilenet_v2 by index", () => {
  const built = build("mobilenet_v2");
  expect(Array.from({ length: 19 }, (_, index) => parametersOf(built, `features.${index}.`))).toEqual([
    928, 896, 5136, 8832, 10000, 14848, 14848, 21056, 54272, 54272, 54272, 66624, 118272, 118272, 155264, 320000, 320000, 473920, 412160,
  ]);
});

test("mobilenet_v2 hides 32 to 960 channels, and adds the input in ten blocks", () => {
  const built = build("mobilenet_v2");
  const depthwise = built.weights.values.filter(({ shape }) => shape.length === 4 && shape[1] === 1);
  expect(depthwise.map(({ shape }) => shape[0])).toEqual([
    32, 96, 144, 144, 192, 192, 192, 384, 384, 384, 384, 576, 576, 576, 960, 960, 960,
  ]);
  const sums = nodesOf(built.output).filter((node) => node.op.name === "arithmetic");
  expect(sums.map((node) => node.shape[1])).toEqual([24, 32, 32, 64, 64, 64, 96, 96, 160, 160]);
});

test.each([
  ["vgg11", [0, 3, 6, 8, 11, 13, 16, 18], 0],
  ["vgg13", [0, 2, 5, 7, 10, 12, 15, 17, 20, 22], 0],
  ["vgg16", [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28], 0],
  ["vgg19", [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34], 0],
  ["vgg11_bn", [0, 4, 8, 11, 15, 18, 22, 25], 1],
  ["vgg13_bn", [0, 3, 7, 10, 14, 17, 21, 24, 28, 31], 1],
  ["vgg16_bn", [0, 3, 7, 10, 14, 17, 20, 24, 27, 30, 34, 37, 40], 1],
  ["vgg19_bn", [0, 3, 7, 10, 14, 17, 20, 23, 27, 30, 33, 36, 40, 43, 46, 49], 1],
])("%s numbers its convolutions %j", (name, indices, norms) => {
  const named = build(name).weights.values.map(({ attrs }) => attrs.name);
  const expected = indices.flatMap((index) => [`features.${index}.weight`, ...(norms ? [`features.${index + 1}.running_var`] : [])]);
  expect(named.filter((key) => /^features\.\d+\.running_var$/.test(key) || expected.includes(key))).toEqual(expected);
  expect(networks[name].gradCam).toBe(`features.${(indices.at(-1) ?? 0) + norms + 1}`);
});

test.each([
  ["resnet18", 224, [224, 112, 56, 28, 14, 7]],
  ["resnet50", 200, [200, 100, 50, 25, 13, 7]],
  ["resnet50", 256, [256, 128, 64, 32, 16, 8]],
  ["vgg16", 224, [224, 112, 56, 28, 14, 7]],
  ["vgg16", 200, [200, 100, 50, 25, 12, 6, 7]],
  ["vgg16", 1024, [1024, 512, 256, 128, 64, 32, 7]],
  ["squeezenet1_0", 224, [224, 109, 54, 27, 13]],
  ["squeezenet1_0", 200, [200, 97, 48, 24, 12]],
  ["squeezenet1_0", 256, [256, 125, 62, 31, 15]],
  ["squeezenet1_1", 224, [224, 111, 55, 27, 13]],
  ["squeezenet1_1", 200, [200, 99, 49, 24, 12]],
  ["squeezenet1_1", 256, [256, 127, 63, 31, 15]],
  ["densenet121", 224, [224, 112, 56, 28, 14, 7]],
  ["densenet121", 200, [200, 100, 50, 25, 12, 6]],
  ["densenet121", 256, [256, 128, 64, 32, 16, 8]],
  ["mobilenet_v2", 224, [224, 112, 56, 28, 14, 7]],
  ["mobilenet_v2", 200, [200, 100, 50, 25, 13, 7]],
  ["mobilenet_v2", 256, [256, 128, 64, 32, 16, 8]],
])("the maps of %s at %i have the sides %j", (name, side, sides) => {
  expect(sidesOf(build(name, side))).toEqual(sides);
});

test("squeezenet pools up to the last, partly covered window", () => {
  expect(macsOf(build("squeezenet1_0", 224))).not.toBe(777_221_152); // with windows dropped
  expect(macsOf(build("squeezenet1_1", 225))).toBe(387_358_720);
});

test("densenet121 widens each block by 32 channels a layer", () => {
  const shapes = new Map(build("densenet121").weights.values.map(({ attrs }) => [attrs.name, attrs.shape]));
  expect(shapes.get("features.denseblock4.denselayer16.conv1.weight")).toEqual([128, 992, 1, 1]);
  expect([1, 2, 3].map((i) => shapes.get(`features.transition${i}.conv.weight`))).toEqual([
    [128, 256, 1, 1],
    [256, 512, 1, 1],
    [512, 1024, 1, 1],
  ]);
});

test.each([
  ["liang_base", 6_153_794, 98, 16, 1_617_691_648, 6_152_768],
  ["liang_ts1", 7_334_466, 110, 18, 1_919_681_536, 7_333_440],
  ["liang_ts2", 6_449_218, 110, 18, 1_919_681_536, 6_448_192],
  ["liang_ts3", 9_270_338, 158, 26, 2_624_327_680, 9_266_240],
  ["liang_ts4", 9_550_402, 176, 29, 2_909_540_352, 9_546_304],
])("%s: %i parameters, %i keys, %i convolutions, %i multiply–adds at 64, %i parameters in the trunk", (name, ...counts) => {
  const built = build(name, 64);
  const convolutions = built.weights.values.filter(({ shape }) => shape.length === 4).length;
  expect([parametersOf(built), keysOf(built), convolutions, macsOf(built), parametersOf(built, "conv")]).toEqual(counts);
});

test.each([
  [224, 19_816_711_168],
  [512, 103_532_200_960],
])("liang_base at %i takes %i multiply–adds", (side, macs) => {
  expect(macsOf(build("liang_base", side))).toBe(macs);
});

test.each<[LiangTrunk, number, number]>([
  ["base", 6_327_493, 1],
  ["ts1", 7_508_165, 1],
  ["ts2", 6_622_917, 1],
  ["ts3", 12_054_085, 4],
  ["ts4", 12_334_149, 4],
])("the regression network on %s has %i parameters, and %i × 2560 in its shortcut", (trunk, parameters, expansion) => {
  const regression = (shortcut: boolean) => {
    const weights = declaredWeights();
    return { weights, output: liangCnnrf(weights, input("x", [1, 3, 64, 64]), { trunk, shortcut }) };
  };
  expect(parametersOf(regression(false))).toBe(parameters);
  expect(parametersOf(regression(true))).toBe(parameters + 2560 * expansion);
  expect(parametersOf(regression(false), "fc")).toBe(expansion === 1 ? 174_725 : 2_787_845);
});

test.each<[string, string, number, NetworkOptions & { channels?: number }, number, number, number]>([
  ["unet", "3 channels, 2 classes", 224, { channels: 3, classes: 2 }, 31_037_698, 118, 36_881_367_040],
  ["unet", "1 channel, 1 class", 224, {}, 31_036_481, 118, 36_820_353_024],
  ["unet", "1 channel, 1 class", 256, {}, 31_036_481, 118, 48_091_889_664],
  ["unet", "3 channels, 2 classes, bilinear", 224, { channels: 3, classes: 2, bilinear: true }, 17_263_042, 110, 30_612_979_712],
  ["unet_resnet18", "3 channels", 224, {}, 14_328_209, 182, 4_132_896_768],
  ["unet_resnet18", "3 channels", 256, {}, 14_328_209, 182, 5_398_069_248],
  ["unet_resnet34", "3 channels", 224, {}, 24_436_369, 278, 5_982_584_832],
  ["unet_resnet34", "3 channels", 256, {}, 24_436_369, 278, 7_813_988_352],
  ["unet_resnet34", "1 channel", 256, { channels: 1 }, 24_430_097, 278, 7_711_227_904],
  ["unet_resnet50", "3 channels", 224, {}, 32_521_105, 380, 8_140_554_240],
  ["unet_resnet50", "3 channels", 256, {}, 32_521_105, 380, 10_632_560_640],
  ["lung_unet", "1 channel", 256, {}, 5_468_897, 44, 33_879_490_560],
  ["keidar_unet", "1 channel, 3 classes", 256, {}, 31_030_723, 46, 54_542_729_216],
])("%s, %s, at %i: %o has %i parameters, %i keys, %i multiply–adds", (name, _, side, options, ...counts) => {
  const built = build(name, side, options);
  expect([parametersOf(built), keysOf(built), macsOf(built)]).toEqual(counts);
});

test("the transposed convolutions of unet take 1,644,167,168 of them", () => {
  expect(macsOf(build("unet", 224, { channels: 3, classes: 2 }), (node) => node.op.name === "convTranspose2d")).toBe(1_644_167_168);
});

test("unet of an older file has biases before its batch norms", () => {
  const [plain, biased] = [build("unet"), build("unet", 224, { convBias: true })];
  expect(keysOf(biased)).toBe(keysOf(plain) + 18);
});

test.each([100, 200, 225])("unet at %i gives maps of the input's size", (side) => {
  expect(build("unet_small", side).output.shape).toEqual([1, 1, side, side]);
  expect(build("unet_small", side, { bilinear: true }).output.shape).toEqual([1, 1, side, side]);
});

test.each([
  ["unet_resnet34", 200, "unet_resnet34: input sides must be multiples of 32, got [1, 3, 200, 200]"],
  ["lung_unet", 200, "lung_unet: input sides must be multiples of 16, got [1, 1, 200, 200]"],
])("%s refuses a side of %i", (name, side, message) => {
  expect(() => build(name, side)).toThrow(message);
});

test("mobilenet_v2 of other widths has multiples of eight channels, never below 90%", () => {
  const stemAndHead = (widthMultiplier: number) => {
    const { values } = build("mobilenet_v2", 224, { widthMultiplier }).weights;
    return ["features.0.0.weight", "features.4.conv.2.weight", "features.18.0.weight"].map(
      (name) => values.find(({ attrs }) => attrs.name === name)?.shape[0],
    );
  };
  expect(stemAndHead(0.35)).toEqual([16, 16, 1280]);
  expect(stemAndHead(1.4)).toEqual([48, 48, 1792]);
});

const shapesOf = ({ weights }: Built): [string, Shape][] => weights.values.map(({ attrs, shape }) => [attrs.name, shape]);

interface Shaped {
  readonly shape: Shape;
}

interface Keys {
  readonly parameters: number;
  readonly keys: readonly (readonly [string, Shape])[];
  readonly inference: readonly { readonly input: Shape; readonly stages: Readonly<Record<string, Shaped>>; readonly output: Shaped }[];
}

describe.each([
  ...["resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "vgg11", "vgg11_bn", "vgg13", "vgg16", "vgg16_bn", "vgg19"],
  ...["squeezenet1_0", "squeezenet1_1", "densenet121", "densenet161", "mobilenet_v2", "unet", "unet_small", "unet_resnet34"],
  ...["lung_unet", "liang_base", "liang_ts1", "liang_ts2", "liang_ts3", "liang_ts4", "liang_cnnrf", "keidar_resnet50"],
])("%s as PyTorch has it", (name) => {
  // PyTorch's state dict less the step counters, and what forward hooks on the top-level modules saw.
  const golden: Keys = JSON.parse(readFileSync(new URL(`../fixtures/golden/${name}.json`, import.meta.url), "utf8"));

  test("asks for the same names and shapes in the same order", () => {
    const built = build(name, golden.inference[0].input[2]);
    expect(shapesOf(built)).toEqual(golden.keys);
    expect(parametersOf(built)).toBe(golden.parameters);
  });

  test.each(golden.inference)("has the stages at $input", ({ input: shape, stages, output }) => {
    const weights = declaredWeights();
    const built = { weights, output: networks[name].build(weights, input("x", shape)) };
    const withoutOnes = (sizes: Shape | undefined) => sizes?.filter((size, axis) => axis < 2 || size !== 1);
    expect(withoutOnes(built.output.shape)).toEqual(withoutOnes(output.shape));
    for (const [stageName, { shape: stageShape }] of Object.entries(stages))
      expect([stageName, withoutOnes(stage(built, stageName)?.shape)]).toEqual([stageName, withoutOnes(stageShape)]);
  });
});
