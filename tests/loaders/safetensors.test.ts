/** Safetensors files round-trip bit for bit, half precision is exact, and no lie in a header gets through. */
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/bytes.ts";
import { readSafetensors, type Writable, writeSafetensors } from "../../src/loaders/safetensors.ts";
import { type StoredTensor, toFloat32 } from "../../src/loaders/stored-tensor.ts";

/** A file with this header, as JSON or as given, and this many bytes of data. */
function file(header: unknown, dataBytes = 0): Uint8Array {
  const text =
    header instanceof Uint8Array ? header : new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

/** Eight bytes of a header's length, and what follows. */
function withLength(length: bigint, rest: number): Uint8Array {
  const bytes = new Uint8Array(8 + rest);
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  return bytes;
}

const f32 = (shape: unknown, begin: unknown, end: unknown) => ({ dtype: "F32", shape, data_offsets: [begin, end] });

const lies: readonly { lie: string; bytes: Uint8Array; message: RegExp }[] = [
  { lie: "an empty file", bytes: new Uint8Array(0), message: /0 bytes/ },
  { lie: "seven bytes", bytes: new Uint8Array(7), message: /7 bytes/ },
  { lie: "a header of length 0", bytes: withLength(0n, 100), message: /length is 0/ },
  { lie: "a header one byte longer than the file", bytes: withLength(101n, 100), message: /takes 101 bytes, the file has 100/ },
  { lie: "a header over 100 MB", bytes: withLength(100_000_001n, 100), message: /more than the format's/ },
  { lie: "a header of 2⁵³ bytes", bytes: withLength(2n ** 53n, 100), message: /9007199254740992/ },
  { lie: "a header of 2⁶⁴ − 1 bytes", bytes: withLength(2n ** 64n - 1n, 100), message: /18446744073709551615/ },
  { lie: "a header that is not UTF-8", bytes: file(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)), message: /not JSON in UTF-8/ },
  { lie: "a header that is not JSON", bytes: file("{'a': 1}"), message: /not JSON/ },
  { lie: "a header that is an array", bytes: file([]), message: /not a JSON object/ },
  { lie: "a header that is null", bytes: file("null"), message: /not a JSON object/ },
  { lie: "an entry that is a number", bytes: file({ a: 1 }), message: /"a" is not described by an object, got 1/ },
  { lie: "an unknown type", bytes: file({ a: { ...f32([1], 0, 4), dtype: "Q4" } }, 4), message: /"a" has an unknown type, got "Q4"/ },
  { lie: "a type that is no string", bytes: file({ a: { ...f32([1], 0, 4), dtype: ["F32"] } }, 4), message: /unknown type/ },
  { lie: "no type", bytes: file({ a: { shape: [1], data_offsets: [0, 4] } }, 4), message: /unknown type, got nothing/ },
  {
    lie: "a type that is a property of every object",
    bytes: file({ a: { ...f32([1], 0, 4), dtype: "constructor" } }, 4),
    message: /unknown type/,
  },
  { lie: "a shape that is a number", bytes: file({ a: f32(1, 0, 4) }, 4), message: /"a" has no valid shape, got 1/ },
  { lie: "a negative size", bytes: file({ a: f32([-1], 0, 4) }, 4), message: /no valid shape, got \[-1\]/ },
  { lie: "a fractional size", bytes: file({ a: f32([0.5, 2], 0, 4) }, 4), message: /no valid shape/ },
  { lie: "a size of 2⁵³", bytes: file({ a: f32([2 ** 53], 0, 4) }, 4), message: /no valid shape/ },
  { lie: "a size that is a string", bytes: file({ a: f32(["1"], 0, 4) }, 4), message: /no valid shape/ },
  { lie: "sizes whose product overflows", bytes: file({ a: f32([2 ** 30, 2 ** 30], 0, 4) }, 4), message: /too many elements/ },
  {
    lie: "sizes whose product overflows before a zero",
    bytes: file({ a: f32([2 ** 40, 2 ** 40, 0], 0, 0) }),
    message: /too many elements/,
  },
  { lie: "sizes that overflow times the element's", bytes: file({ a: f32([2 ** 51], 0, 4) }, 4), message: /too many elements/ },
  { lie: "no offsets", bytes: file({ a: { dtype: "F32", shape: [1] } }, 4), message: /no valid data_offsets, got nothing/ },
  { lie: "one offset", bytes: file({ a: { ...f32([1], 0, 4), data_offsets: [4] } }, 4), message: /no valid data_offsets/ },
  { lie: "three offsets", bytes: file({ a: { ...f32([1], 0, 4), data_offsets: [0, 4, 4] } }, 4), message: /no valid data_offsets/ },
  { lie: "offsets that are strings", bytes: file({ a: f32([1], "0", "4") }, 4), message: /no valid data_offsets/ },
  { lie: "a negative offset", bytes: file({ a: f32([1], -4, 0) }, 4), message: /no valid data_offsets, got \[-4,0\]/ },
  { lie: "an offset beyond safe integers", bytes: file({ a: f32([1], 0, 2 ** 53) }, 4), message: /no valid data_offsets/ },
  { lie: "an end before the begin", bytes: file({ a: f32([1], 8, 4) }, 8), message: /ends before it begins/ },
  { lie: "an end past the file", bytes: file({ a: f32([2], 0, 8) }, 7), message: /ends at byte 8 of the data, the file has 7/ },
  { lie: "fewer bytes than the shape takes", bytes: file({ a: f32([2], 0, 4) }, 4), message: /takes 8 bytes as F32 \[2\].* give 4/ },
  { lie: "more bytes than the shape takes", bytes: file({ a: f32([], 0, 8) }, 8), message: /takes 4 bytes/ },
  {
    lie: "two arrays in the same place",
    bytes: file({ a: f32([1], 0, 4), b: f32([1], 0, 4) }, 4),
    message: /"b" begins at byte 0 of the data, inside/,
  },
  { lie: "arrays that overlap", bytes: file({ a: f32([2], 0, 8), b: f32([2], 4, 12) }, 12), message: /"b" begins at byte 4/ },
  { lie: "an empty array inside another", bytes: file({ a: f32([2], 0, 8), b: f32([0], 4, 4) }, 8), message: /"b" begins at byte 4/ },
  { lie: "a hole before the first array", bytes: file({ a: f32([1], 4, 8) }, 8), message: /bytes 0 to 4 of the data belong to no tensor/ },
  { lie: "a hole between arrays", bytes: file({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12), message: /bytes 4 to 8/ },
  { lie: "bytes after the last array", bytes: file({ a: f32([1], 0, 4) }, 5), message: /bytes 4 to 5/ },
  { lie: "data without arrays", bytes: file({}, 3), message: /bytes 0 to 3/ },
  { lie: "metadata that is a string", bytes: file({ __metadata__: "x" }), message: /__metadata__ is not an object/ },
  { lie: "metadata that is an array", bytes: file({ __metadata__: ["x"] }), message: /__metadata__ is not an object/ },
  { lie: "metadata with a number", bytes: file({ __metadata__: { epochs: 14 } }), message: /"epochs" is not a string, got 14/ },
  { lie: "metadata with an object", bytes: file({ __metadata__: { input: { size: 224 } } }), message: /"input" is not a string/ },
];

describe("a header that lies", () => {
  test.each(lies)("$lie is an InputError naming the file", ({ bytes, message }) => {
    const read = () => readSafetensors(bytes, "model.safetensors");
    expect(read).toThrow(InputError);
    expect(read).toThrow(/^model\.safetensors: /);
    expect(read).toThrow(message);
  });

  test("a file cut anywhere is an InputError", () => {
    const whole = writeSafetensors(new Map([["a", { shape: [3], data: Float32Array.of(1, 2, 3) }]]), { dtype: "F32" });
    for (let length = 0; length < whole.length; length++) {
      expect(() => readSafetensors(whole.subarray(0, length), "cut"), `${length} bytes`).toThrow(InputError);
    }
  });

  test("a name of a million letters is cut short in the message", () => {
    const read = () => readSafetensors(file({ ["x".repeat(1e6)]: 1 }), "long");
    expect(read).toThrow(InputError);
    expect(read).toThrow(/^long: tensor "x{50,100}… is not described/);
  });
});

const stored = (dtype: StoredTensor["dtype"], shape: number[], bytes: ArrayLike<number>): StoredTensor => ({
  dtype,
  shape,
  bytes: Uint8Array.from(bytes),
});

describe("a round trip", () => {
  const all = new Map<string, Writable>([
    ["f64", stored("F64", [1], new Uint8Array(Float64Array.of(Math.PI).buffer))],
    ["f32", stored("F32", [2], [0, 0, 128, 63, 1, 0, 160, 127])], // 1 and a signalling NaN
    ["f16", stored("F16", [3], [1, 2, 3, 4, 5, 6])],
    ["bf16", stored("BF16", [1, 1], [128, 63])],
    ["i64", stored("I64", [1], [255, 255, 255, 255, 255, 255, 255, 255])],
    ["u8", stored("U8", [3], [7, 8, 9])],
    ["scalar", stored("F32", [], [0, 0, 0, 64])],
    ["empty", stored("F16", [2, 0, 3], [])],
    ["__proto__", stored("U8", [1], [42])],
    ["constructor", stored("U8", [1], [43])],
    ['Ünï "quoted"', stored("U8", [1], [44])],
  ]);

  test("keeps every type, shape, byte and name", () => {
    const { tensors } = readSafetensors(writeSafetensors(all, { dtype: "F16" }), "all");
    expect([...tensors.keys()].sort()).toEqual([...all.keys()].sort());
    for (const [name, tensor] of all) expect(tensors.get(name), name).toEqual(tensor);
    expect(Object.prototype).not.toHaveProperty("dtype");
  });

  test("gives views of the file, not copies", () => {
    const bytes = writeSafetensors(all, { dtype: "F32" });
    for (const { bytes: view } of readSafetensors(bytes, "all").tensors.values()) expect(view.buffer).toBe(bytes.buffer);
  });

  test("reads from the middle of a larger buffer", () => {
    const bytes = writeSafetensors(all, { dtype: "F32" });
    const shifted = new Uint8Array(bytes.length + 3).subarray(3);
    shifted.set(bytes);
    const { tensors } = readSafetensors(shifted, "shifted");
    for (const [name, tensor] of all) expect(tensors.get(name), name).toEqual(tensor);
  });

  test("metadata keeps names that objects have of their own", () => {
    const metadata = Object.fromEntries([
      ["__proto__", "a"],
      ["constructor", "b"],
      ["classes", '["normal"]'],
    ]);
    const read = readSafetensors(writeSafetensors(new Map(), { dtype: "F32", metadata }), "m").metadata;
    expect(Object.entries(read).sort()).toEqual(Object.entries(metadata).sort());
    expect(read.toString).toBeUndefined();
  });

  test("no metadata reads as none, and a file without arrays is valid", () => {
    const { tensors, metadata } = readSafetensors(writeSafetensors(new Map(), { dtype: "F32" }), "none");
    expect([tensors.size, Object.keys(metadata).length]).toEqual([0, 0]);
  });
});

describe("what is written", () => {
  const header = (bytes: Uint8Array) =>
    new TextDecoder().decode(bytes.subarray(8, 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true))));

  test("has a sorted header padded with spaces to 8 bytes, exactly so", () => {
    const tensors = new Map<string, Writable>([
      ["b", { shape: [1], data: Float32Array.of(1) }],
      ["10", stored("F64", [1], [0, 0, 0, 0, 0, 0, 0, 0])],
      ["9", stored("U8", [1], [5])],
    ]);
    const bytes = writeSafetensors(tensors, { dtype: "F16", metadata: { z: "1", a: "2" } });
    const entries = [
      '"10":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}',
      '"9":{"dtype":"U8","shape":[1],"data_offsets":[10,11]}',
      '"__metadata__":{"a":"2","z":"1"}',
      '"b":{"dtype":"F16","shape":[1],"data_offsets":[8,10]}',
    ];
    expect(header(bytes)).toMatch(/} *$/);
    expect(header(bytes).trimEnd()).toBe(`{${entries.join(",")}}`);
    expect(header(bytes).length % 8).toBe(0);
    expect([...bytes.subarray(-11)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x3c, 5]);
  });

  test("is the same whatever the order of the arrays", () => {
    const pairs: [string, Writable][] = ["q", "a", "m", "z"].map((name, i) => [name, { shape: [i], data: new Float32Array(i).fill(i) }]);
    const forwards = writeSafetensors(new Map(pairs), { dtype: "F32", metadata: { x: "1", y: "2" } });
    const backwards = writeSafetensors(new Map(pairs.reverse()), { dtype: "F32", metadata: { y: "2", x: "1" } });
    expect(backwards).toEqual(forwards);
  });

  test("a shape that does not fit its values is refused", () => {
    expect(() => writeSafetensors(new Map([["a", { shape: [3], data: new Float32Array(2) }]]), { dtype: "F32" })).toThrow(
      /"a" takes 12 bytes as F32 \[3\], got 8/,
    );
  });

  test("a tensor cannot take the name of the metadata", () => {
    expect(() => writeSafetensors(new Map([["__metadata__", { shape: [], data: new Float32Array(1) }]]), { dtype: "F32" })).toThrow(
      /cannot be named/,
    );
  });
});

/** What a half means, by IEEE 754's definition. */
function halfValue(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** Float32 values through a file of halves and back. */
function throughHalf(values: ArrayLike<number>): Uint16Array {
  const data = Float32Array.from(values);
  const { tensors } = readSafetensors(writeSafetensors(new Map([["x", { shape: [data.length], data }]]), { dtype: "F16" }), "half");
  const bytes = tensors.get("x")?.bytes ?? new Uint8Array(0);
  return new Uint16Array(new Uint8Array(bytes).buffer);
}

describe("half precision", () => {
  const halves = Uint16Array.from({ length: 65536 }, (_, i) => i);
  const values = toFloat32({ dtype: "F16", shape: [65536], bytes: new Uint8Array(halves.buffer) });

  test("every one of the 65,536 halves reads as its value, signs of zero included", () => {
    const wrong = [...halves].filter((half) => !Object.is(values[half], halfValue(half)));
    expect(wrong).toEqual([]);
  });

  test("a NaN keeps its payload", () => {
    const bits = new Uint32Array(toFloat32({ dtype: "F16", shape: [2], bytes: Uint8Array.of(0x01, 0x7c, 0x55, 0xfe) }).buffer);
    expect([...bits]).toEqual([0x7f802000, 0xffcaa000]);
  });

  test("every half but a signalling NaN writes back as itself", () => {
    const isSignalling = (half: number) => (half & 0x7c00) === 0x7c00 && (half & 0x3ff) !== 0 && (half & 0x200) === 0;
    const back = throughHalf(values);
    expect([...halves].filter((half) => back[half] !== half && !isSignalling(half))).toEqual([]);
    expect([...halves].filter((half) => isSignalling(half) && !Number.isNaN(halfValue(back[half])))).toEqual([]);
  });

  test("between each two neighbours, the middle goes to the even one and its neighbours to the nearest", () => {
    const float = new Float32Array(1);
    const bits = new Uint32Array(float.buffer);
    const beside = (value: number, by: number) => {
      float[0] = value;
      bits[0] += by;
      return float[0];
    };
    const inputs: number[] = [];
    const expected: number[] = [];
    for (let half = 0; half < 0x7bff; half++) {
      const middle = (halfValue(half) + halfValue(half + 1)) / 2; // exact in float32: one more bit than a half has
      inputs.push(middle, beside(middle, -1), beside(middle, 1), -middle);
      expected.push(half + (half & 1), half, half + 1, 0x8000 | (half + (half & 1)));
    }
    const got = throughHalf(inputs);
    expect(expected.filter((half, i) => got[i] !== half)).toEqual([]);
  });

  test("65,520 and above become infinite, what is just below does not, and the smallest float32 becomes 0", () => {
    expect([...throughHalf([65519.99609375, 65520, 3.4e38, Number.POSITIVE_INFINITY, -65520, 1e-45, -1e-45])]).toEqual([
      0x7bff, 0x7c00, 0x7c00, 0x7c00, 0xfc00, 0, 0x8000,
    ]);
  });
});

describe("values as float32", () => {
  test("bfloat16 is the upper half of a float32", () => {
    expect([...toFloat32(stored("BF16", [3], [0x80, 0x3f, 0x80, 0xff, 0x01, 0x00]))]).toEqual([1, Number.NEGATIVE_INFINITY, 2 ** -133]);
  });

  test("float64 is rounded to nearest", () => {
    expect([...toFloat32(stored("F64", [2], new Uint8Array(Float64Array.of(0.1, 1e300).buffer)))]).toEqual([
      Math.fround(0.1),
      Number.POSITIVE_INFINITY,
    ]);
  });

  test("integers keep their value, the largest rounded", () => {
    expect([...toFloat32(stored("I64", [2], new Uint8Array(BigInt64Array.of(-3n, 2n ** 62n + 1n).buffer)))]).toEqual([-3, 2 ** 62]);
    expect([...toFloat32(stored("U8", [2], [0, 255]))]).toEqual([0, 255]);
  });

  test.each(["F32", "F64", "F16", "BF16", "I64"] as const)("%s is read from any byte, aligned or not", (dtype) => {
    const bytes = Uint8Array.from({ length: 16 }, (_, i) => (i * 37) & 0x3f);
    const size = 16 / { F32: 4, F64: 8, F16: 2, BF16: 2, I64: 8 }[dtype];
    const shifted = new Uint8Array(17).subarray(1);
    shifted.set(bytes);
    expect(toFloat32({ dtype, shape: [size], bytes: shifted })).toEqual(toFloat32({ dtype, shape: [size], bytes }));
  });

  test("the values are a copy, so that changing them leaves the file alone", () => {
    const tensor = stored("F32", [1], [0, 0, 128, 63]);
    toFloat32(tensor)[0] = 9;
    expect([...tensor.bytes]).toEqual([0, 0, 128, 63]);
  });
});
