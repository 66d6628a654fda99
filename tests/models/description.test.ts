/** A model file's metadata is read whole or refused: nothing about a network, its classes or its pictures is guessed or overlooked. */
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/bytes.ts";
import { type InputDescription, type ModelDescription, publishedMetadata, readDescription } from "../../src/models/description.ts";
import { networks } from "../../src/models/registry.ts";

const input = { size: 224, channels: 3, colour: "grey repeated", resize: "stretch", scale: "1/255" };

/** Metadata that reads, but for what a test says otherwise; undefined leaves a key out. */
function metadata(changes: Readonly<Record<string, unknown>> = {}): Record<string, string> {
  const all = { arch: "resnet18", task: "classification", classes: ["normal", "covid"], input, ...changes };
  return Object.fromEntries(
    Object.entries(all).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, typeof value === "string" ? value : JSON.stringify(value)]],
    ),
  );
}

const read = (changes?: Readonly<Record<string, unknown>>): ModelDescription => readDescription(metadata(changes), "film.safetensors");
const readInput = (changes: Readonly<Record<string, unknown>>): InputDescription => read({ input: { ...input, ...changes } }).input;

function expectRefused(action: () => unknown, problem: string | RegExp): void {
  expect(action).toThrow(InputError);
  expect(action).toThrow(problem);
  expect(action).toThrow(/^film\.safetensors: \S/);
}

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

test("what a file says is what is used", () => {
  const said = metadata({
    input: { ...input, size: 320, interpolation: "bicubic antialias", ...imagenet },
    output: "logits; probability = sigmoid",
    thresholds: { covid: 0.4 },
    note: "research only",
  });
  expect(readDescription(said, "film.safetensors")).toEqual({
    arch: "resnet18",
    task: "classification",
    classes: ["normal", "covid"],
    input: {
      height: 320,
      width: 320,
      channels: 3,
      colour: "grey",
      resize: "stretch",
      shorterSide: 320,
      filter: "bicubic",
      antialias: true,
      scale: 1 / 255,
      ...imagenet,
    },
    output: "sigmoid",
    thresholds: { covid: 0.4 },
    options: { classes: 2 },
    metadata: said,
  });
});

test("of the input only size and channels must be said", () => {
  expect(read({ input: { size: 64, channels: 1 } }).input).toEqual({
    height: 64,
    width: 64,
    channels: 1,
    colour: "grey",
    resize: "stretch",
    shorterSide: 64,
    filter: "bilinear",
    antialias: true,
    scale: 1,
    mean: [0],
    std: [1],
  });
});

describe("the network", () => {
  test("is the caller's to name where the file does not", () => {
    expectRefused(() => read({ arch: undefined }), "has no metadata that names its network; say which it is (arch)");
    expectRefused(() => read({ arch: "" }), "has no metadata that names its network");
  });

  test("must be known, and the nearest one is offered", () => {
    expectRefused(() => read({ arch: "resnet81" }), /resnet81.*did you mean resnet18\?$/);
    expectRefused(() => read({ arch: "toString" }), /no such network/);
    expectRefused(() => read({ arch: "transformer" }), /no such network, there are resnet18, resnet34/);
  });

  test("decides the task, which the file may leave out but not contradict", () => {
    expect(read({ task: undefined }).task).toBe("classification");
    expect(read({ arch: "liang_cnnrf", task: undefined }).task).toBe("regression");
    expectRefused(() => read({ task: "segmentation" }), "metadata calls its task segmentation, but resnet18 is for classification");
  });
});

describe("the classes", () => {
  test.each<[string, unknown, string]>([
    ["are missing", undefined, "metadata classes must be a list of names"],
    ["are not JSON", "normal, covid", "metadata classes is not JSON"],
    ["are an object", { normal: 0 }, "metadata classes must be a list of names"],
    ["are one name", '"normal"', "metadata classes must be a list of names"],
    ["hold a number", ["normal", 1], "metadata classes must be a list of names"],
    ["are none", [], "metadata classes must be a list of names"],
    ["repeat one", ["normal", "covid", "normal"], "metadata classes must differ, got normal, covid, normal"],
  ])("are refused where they %s", (_, classes, problem) => {
    expectRefused(() => read({ classes }), problem);
  });

  test("become the outputs of the network", () => {
    expect(read({ classes: ["a", "b", "c"] }).options.classes).toBe(3);
  });
});

describe("the input", () => {
  test.each<[string, unknown, string]>([
    ["missing", undefined, "metadata has no input"],
    ["not JSON", "224", "metadata input must be an object"],
    ["cut off", '{"size": 2', "metadata input is not JSON"],
    ["a list", [224], "metadata input must be an object"],
    ["null", "null", "metadata input must be an object"],
  ])("is refused where it is %s", (_, given, problem) => {
    expectRefused(() => read({ input: given }), problem);
  });

  test("with a step that is not known is refused, all such steps at once", () => {
    expectRefused(() => readInput({ clahe: true, window: [0, 1] }), "metadata input has unknown preprocessing clahe, window");
  });

  test.each<[unknown, number, number]>([
    [200, 200, 200],
    [[320, 256], 320, 256],
    [[256, 320], 256, 320],
  ])("of size %j is %i high and %i wide", (size, height, width) => {
    expect(readInput({ size })).toMatchObject({ height, width });
  });

  test.each<[unknown]>([[undefined], [0], [-224], [224.5], ["224"], [[224]], [[224, 0]], [[3, 224, 224]], [null]])(
    "of size %j is refused",
    (size) => {
      expectRefused(() => readInput({ size }), "metadata input size must be one or two positive integers");
    },
  );

  test.each<[unknown]>([[undefined], [2], [4], ["3"]])("of %j channels is refused", (channels) => {
    expectRefused(() => readInput({ channels, colour: undefined }), `metadata input channels must be 1 or 3, got ${channels}`);
  });

  test.each<[1 | 3, string | undefined, "grey" | "rgb"]>([
    [1, undefined, "grey"],
    [1, "grey", "grey"],
    [3, undefined, "rgb"],
    [3, "rgb", "rgb"],
    [3, "grey repeated", "grey"],
  ])("of %i channels and colour %s is %s", (channels, colour, expected) => {
    expect(readInput({ channels, colour }).colour).toBe(expected);
  });

  test.each<[1 | 3, unknown]>([
    [1, "rgb"],
    [1, "grey repeated"],
    [3, "grey"],
    [3, "bgr"],
    [3, 1],
  ])("of %i channels and colour %j is refused", (channels, colour) => {
    expectRefused(() => readInput({ channels, colour }), `metadata input colour ${JSON.stringify(colour)} is not known for ${channels}`);
  });

  test("resized by stretching or letterboxing is as said", () => {
    expect(readInput({ resize: "letterbox" }).resize).toBe("letterbox");
    expect(readInput({ resize: undefined }).resize).toBe("stretch");
  });

  test("cropped from the centre needs the shorter side's size, the frame's own where none is said", () => {
    const cropped = { resize: "shorter side", crop: "centre" };
    expect(readInput({ ...cropped, shorterSide: 256 })).toMatchObject({ resize: "shorter side", shorterSide: 256 });
    expect(readInput(cropped).shorterSide).toBe(224);
    expect(readInput({ ...cropped, size: [320, 256] }).shorterSide).toBe(320);
  });

  test.each<[Record<string, unknown>, string]>([
    [{ resize: "pad" }, 'metadata input resize "pad" is not known'],
    [{ resize: "shorter side", crop: "five" }, 'metadata input crop "five" is not known'],
    [{ resize: "shorter side" }, 'metadata input must have both resize "shorter side" and crop "centre", or neither'],
    [{ resize: "stretch", crop: "centre" }, 'metadata input must have both resize "shorter side" and crop "centre", or neither'],
    [{ resize: "letterbox", shorterSide: 256 }, 'metadata input shorterSide is only for resize "shorter side"'],
    [
      { resize: "shorter side", crop: "centre", shorterSide: 200 },
      "metadata input shorterSide must be an integer of at least the size, got 200",
    ],
    [{ resize: "shorter side", crop: "centre", shorterSide: "256" }, "metadata input shorterSide must be an integer of at least the size"],
  ])("with %j is refused", (changes, problem) => {
    expectRefused(() => readInput(changes), problem);
  });

  const clinical = { names: ["age", "crp"], lowest: [20, 0], highest: [90, 400] };
  const fusion = (changes: unknown) => () => read({ arch: "keidar_fusion_resnet18", input: { ...input, clinical: changes } });

  test("read beside numbers, by a network that does", () => {
    expect(fusion(clinical)().input.clinical).toEqual(clinical);
    expectRefused(fusion(undefined), "metadata input has no clinical, which keidar_fusion_resnet18 reads");
    expectRefused(() => readInput({ clinical }), "metadata input has clinical, which resnet18 does not read");
  });

  test.each<[unknown, string]>([
    [{ ...clinical, names: [] }, "metadata input clinical must have names, each once"],
    [{ ...clinical, names: ["age", "age"] }, "metadata input clinical must have names, each once"],
    [["age"], "metadata input clinical must have names, each once"],
    [{ ...clinical, lowest: [20] }, "metadata input clinical must have lowest and highest, 2 numbers each"],
    [{ ...clinical, highest: [20, 400] }, "metadata input clinical highest must be above lowest"],
  ])("read beside %j is refused", (changes, problem) => {
    expectRefused(fusion(changes), problem);
  });

  test.each<[string, string, boolean]>([
    ["nearest", "nearest", false],
    ["area", "area", false],
    ["bilinear", "bilinear", false],
    ["bilinear antialias", "bilinear", true],
    ["bicubic antialias", "bicubic", true],
    ["lanczos antialias", "lanczos", true],
    ["box antialias", "box", true],
  ])("interpolated by %s", (interpolation, filter, antialias) => {
    expect(readInput({ interpolation })).toMatchObject({ filter, antialias });
  });

  test.each<[unknown]>([["cubic"], ["bilinear smooth"], ["bilinear antialias twice"], ["antialias"], [""], [3], [["bilinear"]]])(
    "interpolated by %j is refused",
    (interpolation) => {
      expectRefused(() => readInput({ interpolation }), `metadata input interpolation ${JSON.stringify(interpolation)} is not known`);
    },
  );

  test.each(["box", "bicubic", "lanczos"])(
    "interpolated by %s without antialias is refused here, not when the first picture comes",
    (interpolation) => {
      expectRefused(() => readInput({ interpolation }), `metadata input interpolation "${interpolation}" is not known`);
    },
  );

  test.each<[unknown, number]>([
    [1, 1],
    [0.00392, 0.00392],
    ["1/255", 1 / 255],
    ["2 / 255", 2 / 255],
    ["0.5", 0.5],
    ["1e-2", 0.01],
    [undefined, 1],
  ])("scaled by %j is scaled by %f", (scale, expected) => {
    expect(readInput({ scale }).scale).toBe(expected);
  });

  test.each<[unknown]>([[0], [-1], ["1/0"], ["0/255"], ["/255"], ["1/"], ["1/255/3"], ["one"], [""], [true], [[1]], [null], ["Infinity"]])(
    "scaled by %j is refused",
    (scale) => {
      expectRefused(() => readInput({ scale }), `metadata input scale must be a positive number or fraction, got ${JSON.stringify(scale)}`);
    },
  );

  test.each<[string, Record<string, unknown>]>([
    ["one mean for three channels", { mean: [0.5] }],
    ["one number as mean", { mean: 0.5 }],
    ["four deviations", { std: [1, 1, 1, 1] }],
    ["a deviation of 0", { std: [1, 0, 1] }],
    ["a negative deviation", { std: [1, -1, 1] }],
    ["a mean that is text", { mean: ["0.5", "0.5", "0.5"] }],
    ["a mean that is null", { mean: [null, 0, 0] }],
  ])("with %s is refused", (_, changes) => {
    expectRefused(() => readInput(changes), "metadata input mean and std must be 3 numbers each, std above 0");
  });

  test("is equalised and standardised where it says so, and not where it says not", () => {
    expect(readInput({ equalize: true, standardise: true })).toMatchObject({ equalize: true, standardise: true });
    expect(readInput({ equalize: false, standardise: false })).toEqual(readInput({}));
  });

  test.each<[Record<string, unknown>, string]>([
    [{ equalize: "yes" }, 'metadata input equalize must be true or false, got "yes"'],
    [{ standardise: 1 }, "metadata input standardise must be true or false, got 1"],
    [{ standardise: true, ...imagenet }, "metadata input has mean or std beside standardise, which takes the picture's own"],
  ])("with %j is refused", (changes, problem) => {
    expectRefused(() => readInput(changes), problem);
  });
});

describe("the output", () => {
  test.each<[string, string, ModelDescription["output"]]>([
    ["resnet18", "softmax", "softmax"],
    ["resnet18", "logits; probability = softmax", "softmax"],
    ["resnet18", "logits; probability = sigmoid of each", "sigmoid"],
    ["lung_unet", "probabilities", "none"],
    ["liang_cnnrf", "values, standardised", "none"],
  ])("of %s, said to be %j, goes through %s", (arch, output, rule) => {
    expect(read({ arch, task: undefined, output }).output).toBe(rule);
  });

  test.each([
    ["resnet18", "softmax"],
    ["unet", "sigmoid"],
    ["lung_unet", "none"],
    ["keidar_unet", "none"],
    ["liang_cnnrf", "none"],
  ])("of %s goes through %s where the file says nothing", (arch, rule) => {
    expect(read({ arch, task: undefined }).output).toBe(rule);
  });

  test.each(["logits", "softmax or sigmoid", ""])("said to be %j is refused", (output) => {
    expectRefused(() => read({ output }), `metadata output ${JSON.stringify(output)} names no known rule`);
  });

  test.each([
    ["resnet18", "probabilities", "logits"],
    ["lung_unet", "probability = sigmoid", "probabilities"],
    ["liang_cnnrf", "softmax", "values"],
  ])("that %s does not have is refused: %j", (arch, output, given) => {
    expectRefused(() => read({ arch, task: undefined, output }), `metadata output "${output}" does not fit ${arch}, which gives ${given}`);
  });
});

describe("the thresholds", () => {
  test("may be there for some classes, ends included", () => {
    expect(read({ thresholds: { normal: 0, covid: 1 } }).thresholds).toEqual({ normal: 0, covid: 1 });
    expect(read().thresholds).toEqual({});
  });

  test.each<[unknown, string]>([
    [{ covdi: 0.5 }, "metadata has a threshold for covdi, which is not among its classes"],
    [{ covid: 1.2 }, "metadata threshold of covid must be between 0 and 1"],
    [{ covid: -0.1 }, "metadata threshold of covid must be between 0 and 1"],
    [{ covid: "0.5" }, "metadata threshold of covid must be between 0 and 1"],
    [[0.5, 0.5], "metadata thresholds must be an object"],
    ["0.5", "metadata thresholds must be an object"],
    ["{", "metadata thresholds is not JSON"],
  ])("%j are refused", (thresholds, problem) => {
    expectRefused(() => read({ thresholds }), problem);
  });
});

describe("the options of the network", () => {
  test("are read where the file has them", () => {
    const slow = { v1: "true", convBias: "false", epsilon: "1.001e-5" };
    expect(read(slow).options).toEqual({ classes: 2, v1: true, convBias: false, epsilon: 1.001e-5 });
    const mobile = { arch: "mobilenet_v2", widthMultiplier: "0.5", samePadding: "true" };
    expect(read(mobile).options).toEqual({ classes: 2, widthMultiplier: 0.5, samePadding: true });
    const unet = { arch: "unet", task: "segmentation", width: "16", bilinear: "true" };
    expect(read(unet).options).toEqual({ classes: 2, width: 16, bilinear: true });
  });

  test("are refused where the network does not take them", () => {
    expectRefused(() => read({ width: "16" }), "metadata width is no option of resnet18");
    expectRefused(() => read({ arch: "squeezenet1_1", epsilon: "0.001" }), "metadata epsilon is no option of squeezenet1_1");
  });

  test.each([
    ["unet", "width", "0", "metadata width must be a positive integer, got 0"],
    ["unet", "width", "16.5", "metadata width must be a positive integer, got 16.5"],
    ["unet", "width", "wide", "metadata width must be a positive integer, got wide"],
    ["mobilenet_v2", "widthMultiplier", "-1", "metadata widthMultiplier must be a positive number, got -1"],
    ["mobilenet_v2", "widthMultiplier", "Infinity", "metadata widthMultiplier must be a positive number, got Infinity"],
    ["resnet18", "epsilon", "0", "metadata epsilon must be a positive number, got 0"],
    ["unet", "bilinear", "yes", "metadata bilinear must be true or false, got yes"],
    ["unet", "convBias", "1", "metadata convBias must be true or false, got 1"],
    ["resnet18", "v1", "", "metadata v1 must be true or false, got "],
  ])("%s's %s %j is refused", (arch, key, value, problem) => {
    expectRefused(() => read({ arch, task: undefined, [key]: value }), problem);
  });
});

test("a segmentation network takes no centre crop: what it cuts off would have no mask", () => {
  const cropped = { ...input, resize: "shorter side", crop: "centre" };
  expectRefused(
    () => read({ arch: "unet", task: undefined, input: cropped }),
    "metadata input crop leaves a segmentation without its borders",
  );
});

test("the lung U-Net's pictures are equalised and standardised, as its authors' are", () => {
  const { input } = readDescription(publishedMetadata("lung_unet", ["lung"]), "lung_unet");
  expect(input).toMatchObject({ height: 256, width: 256, channels: 1, resize: "stretch", equalize: true, standardise: true });
});

const isWithValues = (arch: string): boolean => networks[arch].readsClinical === true;

test.each(Object.keys(networks).filter(isWithValues))("which values %s reads is not published", (arch) => {
  expectRefused(
    () => readDescription(publishedMetadata(arch, ["a", "b"]), "film.safetensors"),
    `metadata input has no clinical, which ${arch} reads`,
  );
});

test.each(Object.keys(networks).filter((arch) => !isWithValues(arch)))("what is published for %s reads", (arch) => {
  const { task, size, isImagenet } = networks[arch];
  const { input, ...read } = readDescription(publishedMetadata(arch, ["a", "b"]), arch);
  expect(read).toMatchObject({ arch, task, classes: ["a", "b"] });
  expect(input).toMatchObject({ height: size, width: size, filter: "bilinear", antialias: true, scale: 1 / 255 });
  expect(input).toMatchObject(
    isImagenet ? { resize: "shorter side", shorterSide: 256, ...imagenet } : { resize: "stretch", mean: Array(input.channels).fill(0) },
  );
});
