/** The wire format of Protocol Buffers, as far as writing an ONNX file needs it. */

/** Encoded bytes in pieces, so that weights are copied once, at the end. */
export interface Encoded {
  readonly pieces: readonly Uint8Array[];
  readonly size: number;
}

const WIRE = { varint: 0, bytes: 2, fixed32: 5 } as const;

/** A message of fields in the order given. */
export const message = (...fields: readonly Encoded[]): Encoded => ({
  pieces: fields.flatMap(({ pieces }) => pieces),
  size: fields.reduce((sum, { size }) => sum + size, 0),
});

export const int = (field: number, value: number): Encoded => encoded([...tag(field, WIRE.varint), ...varint(BigInt(value))]);

export function float(field: number, value: number): Encoded {
  const bits = new Uint8Array(Float32Array.of(value).buffer);
  return encoded([...tag(field, WIRE.fixed32), ...bits]);
}

export const bytes = (field: number, data: Uint8Array): Encoded => nested(field, { pieces: [data], size: data.length });

export const text = (field: number, value: string): Encoded => bytes(field, new TextEncoder().encode(value));

/** A message within a message. */
export function nested(field: number, inner: Encoded): Encoded {
  const head = Uint8Array.from([...tag(field, WIRE.bytes), ...varint(BigInt(inner.size))]);
  return { pieces: [head, ...inner.pieces], size: head.length + inner.size };
}

/** All bytes in one array. */
export function joined({ pieces, size }: Encoded): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

const encoded = (values: readonly number[]): Encoded => ({ pieces: [Uint8Array.from(values)], size: values.length });

const tag = (field: number, wire: number): number[] => varint(BigInt((field << 3) | wire));

/** Seven bits a byte, lowest first; negative values as 64-bit two's complement. */
function varint(value: bigint): number[] {
  let rest = BigInt.asUintN(64, value);
  const out: number[] = [];
  for (; rest > 127n; rest >>= 7n) out.push(Number(rest & 127n) | 128);
  return [...out, Number(rest)];
}
