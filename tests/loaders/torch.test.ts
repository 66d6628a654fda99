/** Files that PyTorch has written give PyTorch's values, and hostile ones are refused without anything being run. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/bytes.ts";
import { relu } from "../../src/kernels/activation.ts";
import { batchNorm } from "../../src/kernels/batch-norm.ts";
import { conv2d } from "../../src/kernels/conv2d.ts";
import { globalAvgPool } from "../../src/kernels/global-avg-pool.ts";
import { linear } from "../../src/kernels/linear.ts";
import { input, parameter } from "../../src/kernels/op.ts";
import { toFloat32 } from "../../src/loaders/stored-tensor.ts";
import { readTorch } from "../../src/loaders/torch/torch.ts";
import { compute } from "../compute.ts";
import { archive, bytesOf, global, int, type Piece, pickle, stateDict, storage, tensor, text } from "./pickle-bytes.ts";
import { zipOf } from "./zip-bytes.ts";

const folder = new URL("../fixtures/weights/", import.meta.url);
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, folder)));
const json = (name: string) => JSON.parse(readFileSync(new URL(name, folder), "utf8"));

interface Listed {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

const expected: Readonly<Record<string, Readonly<Record<string, Listed>>>> = json("torch.json");
const readable = Object.entries(expected).filter(([, tensors]) => Object.keys(tensors).length > 0);

describe("files of PyTorch", () => {
  test.each(readable)("%s has its values", (name, tensors) => {
    const read = readTorch(fixture(name), name);
    for (const [key, { shape, values }] of Object.entries(tensors)) {
      const stored = read.tensors.get(key);
      expect(stored?.shape, key).toEqual(shape);
      if (stored) expect([...toFloat32(stored)], key).toEqual(values.map(Math.fround));
    }
    // TorchScript keeps the buffer that is not to be saved too.
    const extra = name === "script.pt" ? ["scratch"] : [];
    expect([...read.tensors.keys()].sort()).toEqual([...Object.keys(tensors), ...extra].sort());
  });

  test("types are kept as stored", () => {
    const types = [...readTorch(fixture("dtypes.pth"), "dtypes.pth").tensors].map(([key, { dtype }]) => [key, dtype]);
    expect(Object.fromEntries(types)).toEqual({
      ...Object.fromEntries(
        ["f64", "f32", "f16", "bf16", "i64", "i32", "i16", "i8", "u16", "u32", "u64", "u8"].map((key) => [key, key.toUpperCase()]),
      ),
      f8_e4m3: "F8_E4M3",
      f8_e5m2: "F8_E5M2",
      bool: "BOOL",
    });
  });

  test("a dense tensor is a view of the file, and tied ones share it", () => {
    const bytes = fixture("state-dict.pth");
    expect(readTorch(bytes, "x").tensors.get("conv1.weight")?.bytes.buffer).toBe(bytes.buffer);
  });

  test("what stands beside the network in a checkpoint is told", () => {
    const { path, beside } = readTorch(fixture("checkpoint.pth"), "checkpoint.pth");
    expect(path).toBe("model_state_dict");
    expect(beside).toEqual(["epoch", "best", "history", "optimizer"]);
  });

  test.each([
    ["quantised.pth", 'tensor "weight" is a quantised tensor, which is not read'],
    ["complex.pth", 'tensor "weight" has elements of type torch.ComplexFloatStorage, which is not read'],
  ])("%s is refused by its kind", (name, problem) => {
    expect(() => readTorch(fixture(name), name)).toThrow(new InputError(name, problem));
  });

  test.each(["state-dict.pth", "legacy.pth", "module.pth"])("%s cut off anywhere is refused", (name) => {
    const bytes = fixture(name);
    const step = Math.ceil(bytes.length / 97);
    for (let length = 0; length < bytes.length; length += step) expect(() => readTorch(bytes.slice(0, length), name)).toThrow(InputError);
  });

  test("a network of them computes what PyTorch computes", async () => {
    const values = readTorch(fixture("module.pth"), "module.pth").tensors;
    const value = (name: string) => {
      const stored = values.get(name);
      if (!stored) throw new Error(`no ${name}`);
      return parameter(name, stored.shape, { shape: stored.shape, data: toFloat32(stored) });
    };
    const { input: given, output }: Readonly<Record<string, Listed>> = json("net.json");
    const [scale, shift, mean, variance] = ["weight", "bias", "running_mean", "running_var"].map((part) => value(`bn1.${part}`));
    const first = relu(
      batchNorm(conv2d(input("x", given.shape), value("conv1.weight"), undefined, { padding: 1 }), scale, shift, mean, variance),
    );
    const second = relu(conv2d(first, value("layers.0.weight"), value("layers.0.bias"), { stride: 2 }));
    const logits = linear(globalAvgPool(second), value("fc.weight"), value("fc.bias"));
    const { y } = await compute({ y: logits }, { inputs: { x: { shape: given.shape, data: Float32Array.from(given.values) } } });
    // Sums of 36 and 54 products: √90 · 2⁻²³ of values of about 1.
    for (const [i, value] of output.values.entries()) expect(Math.abs(y.data[i] - value)).toBeLessThan(2e-6);
  });
});

/** The archive around a pickle of these instructions. */
const file = (...pieces: readonly Piece[]): Uint8Array => archive(pickle(...pieces));

/** Refused, in less than a second of the processor's time. */
function expectRefused(bytes: Uint8Array, problem: string | RegExp): void {
  const start = process.cpuUsage();
  let error: unknown;
  try {
    readTorch(bytes, "x.pth");
  } catch (caught) {
    error = caught;
  }
  const { user, system } = process.cpuUsage(start);
  expect(error).toBeInstanceOf(InputError);
  expect(error instanceof Error && error.message).toMatch(problem);
  expect(user + system).toBeLessThan(1_000_000);
}

test("the test's own pickle of a tensor is read", () => {
  const { tensors } = readTorch(file(...stateDict(...tensor(1, [2, 2], [3, 1]))), "x.pth");
  const weight = tensors.get("weight");
  expect(weight && [...toFloat32(weight)]).toEqual([1, 2, 4, 5]);
});

describe("nothing is run", () => {
  test.each([
    ["os", "system", [text("id"), 0x85]],
    ["posix", "system", [text("id"), 0x85]],
    ["builtins", "eval", [text("1"), 0x85]],
    ["__builtin__", "exec", [text("1"), 0x85]],
    ["builtins", "getattr", [text("a"), text("b"), 0x86]],
    ["subprocess", "Popen", [text("id"), 0x85]],
    ["importlib", "import_module", [text("os"), 0x85]],
    ["runpy", "run_path", [text("x"), 0x85]],
    ["pickle", "loads", [text("x"), 0x85]],
    ["os.path", "exists", [text("x"), 0x85]],
    ["webbrowser", "open", [text("x"), 0x85]],
  ])("%s.%s is refused by name", (module, name, args) => {
    expectRefused(file(global(module, name), ...args, "R"), `it asks for ${module}.${name}, which no weights need; nothing was run`);
    expectRefused(file(text(module), text(name), 0x93, ...args, "R"), `${module}.${name}`); // STACK_GLOBAL
    expectRefused(file(...stateDict(global(module, name))), `${module}.${name}`); // not even called
  });

  test("functions of other modules may be named but not called", () => {
    expectRefused(file(global("evil", "run"), text("x"), 0x85, "R"), "it calls evil.run, which is not on the list");
    expectRefused(file("(", text("x"), "ievil\nrun\n"), "it calls evil.run in the manner of protocol 0");
    expectRefused(file(global("torch", "load"), text("x"), 0x85, "R"), "it calls torch.load");
    expectRefused(file(global("torch.storage", "_load_from_bytes"), text("x"), 0x85, "R"), "it calls torch.storage._load_from_bytes");
  });

  test("a class of somebody's is an inert record, and its state too", () => {
    const object = [global("evil", "Net"), ")", 0x81, "}", text("x"), int(1), "sb"];
    expectRefused(file(...object), "holds no tensors by name");
  });

  test("a tensor rebuilt by way of its class calls the list alone", () => {
    const args = [global("evil", "run"), global("torch", "Tensor"), text("x"), 0x85, "}"];
    expectRefused(file(global("torch._tensor", "_rebuild_from_type_v2"), "(", ...args, "tR"), "it calls evil.run");
  });
});

describe("beyond all measure", () => {
  const repeated = (piece: Piece, count: number): Uint8Array => {
    const bytes = bytesOf(piece);
    return new Uint8Array(count * bytes.length).map((_, i) => bytes[i % bytes.length]);
  };

  test("a memo of millions", () => {
    expectRefused(file("N", repeated(0x94, 1_100_000)), "it remembers more than");
  });

  test("millions of values", () => {
    expectRefused(file(repeated("]", 1_100_000)), "it has more than 1048576 values");
    expectRefused(file(repeated("N0", 2_200_000)), "it has more than 4194304 instructions");
  });

  test("lists of lists a hundred thousand deep exhaust no stack", () => {
    expectRefused(file(repeated("]", 100_000), repeated("a", 99_999)), "holds no tensors by name");
    const deep = repeated(bytesOf("}", text("a")), 100_000);
    expectRefused(file(deep, "N", repeated("s", 100_000)), /nested deeper than|holds no tensors/);
  });

  test("a billion laughs: ten dictionaries in each of twenty", () => {
    // Each level holds the one before ten times over, recalled from the memo.
    const level = (index: number): Piece[] => [
      "}",
      ...Array.from({ length: 10 }, (_, i) => [text(`k${i}`), [0x68, index - 1], "s"]).flat(),
      "q",
      index,
    ];
    const levels = Array.from({ length: 20 }, (_, i) => level(i + 1)).flat();
    expectRefused(file("}", "q", 0, ...levels), "holds more than");
  });

  test("a dictionary that holds itself", () => {
    expectRefused(file("}", "q", 0, text("a"), "h", 0, "s"), "nested deeper than 64 levels");
  });

  test("an integer of megabytes", () => {
    expectRefused(file(0x8b, [0, 0, 16, 0], new Uint8Array(2 ** 20).fill(255)), "an integer takes 1048576 bytes");
  });
});

describe("damaged pickles", () => {
  test.each<[string, readonly Piece[], string]>([
    ["an unknown instruction", [0xff], "instruction 0xff is not one of protocols 2 to 5"],
    ["an instruction of protocol 0", ["I1\n"], "instruction 0x49 is not one of"],
    ["an extension", [0x82, 1], "instruction 0x82"],
    ["a value from an empty stack", ["0"], "it has no mark"],
    ["a tuple without a mark", ["t"], "it has no mark"],
    ["a memo that was never written", ["h", 7], "it recalls value 7"],
    ["text longer than the file", ["X", [255, 255, 255, 127]], "it is cut off"],
    ["bytes of 2⁶³", [0x8e, [0, 0, 0, 0, 0, 0, 0, 128]], "it is cut off"],
    ["a call of a number", [int(1), ")R"], "it calls what is no function"],
    ["an item of a list as of a dictionary", ["]", int(1), int(2), "s"], "it sets items of what is no dictionary"],
    ["an appended number", [int(1), int(2), "a"], "it appends to what is no list"],
    ["protocol 9", [0x80, 9], "protocol 9 is unknown"],
  ])("%s", (_, pieces, problem) => {
    expectRefused(file(...pieces), problem);
  });
});

describe("tensors that reach beyond their storage", () => {
  test.each<[string, readonly Piece[], string]>([
    ["too long", tensor(0, [7], [1]), "ends at byte 28 of a storage of 24"],
    ["too far", tensor(4, [3], [1]), "ends at byte 28 of a storage of 24"],
    ["a stride too long", tensor(0, [2, 2], [5, 2]), "ends at byte 32 of a storage of 24"],
    ["a negative stride", tensor(5, [3], [-1]), "negative or no integer"],
    ["a negative offset", tensor(-1, [3], [1]), "negative or no integer"],
    ["a negative size", tensor(0, [-3], [1]), "negative or no integer"],
    ["more strides than axes", tensor(0, [3], [1, 1]), "has 1 axes and 2 strides"],
    ["gigabytes of one element", tensor(0, [2 ** 30], [0]), "at most 67108864 are read"],
    ["sizes that overflow", tensor(0, [2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1], [0, 0, 0]), "at most 67108864 are read"],
  ])("%s", (_, pieces, problem) => {
    expectRefused(file(...stateDict(...pieces)), problem);
  });

  test("a storage that is not there", () => {
    const missing = [
      global("torch._utils", "_rebuild_tensor_v2"),
      "(",
      ...storage("9", 6),
      int(0),
      int(2),
      0x85,
      int(1),
      0x85,
      0x89,
      "}tR",
    ];
    expectRefused(file(...stateDict(...missing)), "lies in storage 9, which the file does not have");
  });

  test("a thousand views of one storage do not share what they are copied to", () => {
    const big = new Uint8Array(4 * 2 ** 20);
    const many = Array.from({ length: 100 }, (_, i) => [text(`w${i}`), ...tensor(0, [2 ** 20], [1], 2 ** 20), "s"]).flat();
    expectRefused(archive(pickle("}", ...many), big), "and those before it take");
  });
});

test("a zip archive of something else says so", () => {
  expectRefused(zipOf([{ name: "model.json", data: new Uint8Array(2) }]), "is a zip archive without PyTorch's data.pkl");
  expectRefused(bytesOf("<html>"), "is no PyTorch file");
});
