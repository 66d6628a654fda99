/** Counts what a loader asks of memory: every typed array and buffer made by its length, and every copy. */

const kinds = [
  "ArrayBuffer",
  "Uint8Array",
  "Int8Array",
  "Uint8ClampedArray",
  "Uint16Array",
  "Int16Array",
  "Uint32Array",
  "Int32Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
] as const;

/**
 * Replaces the constructors of this realm by counting ones, and returns a function that gives the bytes since its last call.
 * An allocation beyond `most` bytes fails as it would on a machine without the memory, so that the run goes on.
 */
export function countAllocations(most: number): () => number {
  let bytes = 0;
  const count = (size: number): void => {
    bytes += size;
    if (bytes > most) throw new Error(`allocates more than ${most} bytes`);
  };
  for (const kind of kinds) {
    const proxy = new Proxy(globalThis[kind], {
      construct(target, args, newTarget): object {
        const [first] = args;
        const width = "BYTES_PER_ELEMENT" in target ? Number(target.BYTES_PER_ELEMENT) : 1;
        if (typeof first === "number") count(first * width);
        else if (ArrayBuffer.isView(first) && "length" in first) count(Number(first.length) * width);
        return Reflect.construct(target, args, newTarget);
      },
    });
    Object.defineProperty(globalThis, kind, { value: proxy, configurable: true, writable: true });
  }
  return () => {
    const counted = bytes;
    bytes = 0;
    return counted;
  };
}
