/** PackBits: runs and literals behind a control byte (TIFF 6.0 section 9, DICOM PS3.5 annex G). */

/** Unpacks up to `count` bytes to every `step`-th place of `result` from `start` on; tells how many there were. */
export function unpackBits(packed: Uint8Array, result: Uint8Array, start: number, step: number, count: number): number {
  let [filled, at] = [0, 0];
  while (filled < count && at < packed.length) {
    const control = packed[at++];
    if (control === 128) continue;
    const isLiteral = control < 128;
    const length = isLiteral ? control + 1 : 257 - control;
    if (at + (isLiteral ? length : 1) > packed.length) break;
    const end = Math.min(filled + length, count);
    for (let i = 0; filled < end; filled++, i++) result[start + filled * step] = packed[isLiteral ? at + i : at];
    at += isLiteral ? length : 1;
  }
  return filled;
}
