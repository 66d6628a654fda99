/** IEEE half precision: the conversions between 16-bit and 32-bit floats that JavaScript lacks, on bits so that NaNs survive. */

let table: Uint32Array | undefined;

/** The float32 bits of each of the 65,536 halves, by the half's bits. */
export function halfToFloatBits(): Uint32Array {
  if (table) return table;
  table = new Uint32Array(65536);
  const value = new Float32Array(1);
  const valueBits = new Uint32Array(value.buffer);
  for (let half = 0; half < 65536; half++) {
    const sign = (half & 0x8000) << 16;
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    if (exponent === 31) valueBits[0] = 0x7f800000 | (fraction << 13);
    else if (exponent > 0) valueBits[0] = ((exponent + 112) << 23) | (fraction << 13);
    else value[0] = fraction / 2 ** 24;
    table[half] = sign | valueBits[0];
  }
  return table;
}

/** The half nearest to a float32, both as bits; ties go to the even one. A carry out of the fraction raises the exponent, as it should. */
export function floatBitsToHalf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00 | ((magnitude >> 13) & 0x1ff); // NaN, made quiet
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // 65,520 and above
  if (magnitude >= 0x38800000) return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >> 13) & 1)) >> 13); // 2⁻¹⁴ and above
  const shift = 126 - (magnitude >> 23); // subnormal: units of 2⁻²⁴
  if (shift > 24) return sign; // below 2⁻²⁵, half a unit
  const fraction = (magnitude & 0x7fffff) | 0x800000;
  return sign | ((fraction + (1 << (shift - 1)) - 1 + ((fraction >> shift) & 1)) >> shift);
}
