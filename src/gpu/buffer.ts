/** GPU buffers: what they are used for, and how values get into and out of them. */
import { floatBitsToHalf, halfToFloatBits } from "../half.ts";
import type { Precision } from "./layout.ts";

/** GPUBufferUsage, which Node does not define as a global. */
export const usage = { mapRead: 0x1, copySrc: 0x4, copyDst: 0x8, uniform: 0x40, storage: 0x80, queryResolve: 0x200 } as const;

/** GPUMapMode.READ */
export const MAP_READ = 0x1;

/** Writes f32 values into mapped or staging bytes as the precision stores them. */
export function encode(values: Float32Array, precision: Precision, out: ArrayBuffer): void {
  if (precision === "f32") {
    new Float32Array(out).set(values);
    return;
  }
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(out);
  for (let i = 0; i < bits.length; i++) halves[i] = floatBitsToHalf(bits[i]);
}

/** Reads stored bytes as f32 values. */
export function decode(stored: ArrayBuffer, precision: Precision): Float32Array {
  if (precision === "f32") return new Float32Array(stored);
  const table = halfToFloatBits();
  return new Float32Array(Uint32Array.from(new Uint16Array(stored), (half) => table[half]).buffer);
}
