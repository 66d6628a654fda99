/** LZW as TIFF has it (TIFF 6.0 section 13): codes from the highest bit on, widened one code early. */

const CLEAR = 256;
const END = 257;
const MOST_CODES = 4096;

/** Decodes up to `result.length` bytes; tells how many there were. A code that is not in the table ends them. */
export function decodeLzw(packed: Uint8Array, result: Uint8Array): number {
  // An entry is the one before it and a byte more; its first byte is kept so that no chain is walked twice.
  const [before, length] = [new Uint16Array(MOST_CODES), new Uint16Array(MOST_CODES)];
  const [last, first] = [new Uint8Array(MOST_CODES), new Uint8Array(MOST_CODES)];
  for (let code = 0; code < CLEAR; code++) [length[code], last[code], first[code]] = [1, code, code];
  let [filled, position, width, next] = [0, 0, 9, END + 1];
  let previous: number | undefined;
  while (filled < result.length && position + width <= 8 * packed.length) {
    const byte = position >> 3;
    const three = (packed[byte] << 16) | ((packed[byte + 1] ?? 0) << 8) | (packed[byte + 2] ?? 0);
    const code = (three >> (24 - (position & 7) - width)) & ((1 << width) - 1);
    position += width;
    if (code === END) break;
    if (code === CLEAR) {
      [width, next, previous] = [9, END + 1, undefined];
      continue;
    }
    if (code > next || (code === next && previous === undefined) || (previous === undefined && code > CLEAR)) break;
    if (previous !== undefined && next < MOST_CODES) {
      // The code after the last one in the table is the one that is being made.
      before[next] = previous;
      length[next] = length[previous] + 1;
      first[next] = first[previous];
      last[next] = first[code === next ? previous : code];
      next++;
    } else if (code >= next) break;
    const end = filled + length[code];
    for (let at = end - 1, entry = code; at >= filled; at--, entry = before[entry]) if (at < result.length) result[at] = last[entry];
    filled = Math.min(end, result.length);
    previous = code;
    if (next >= (1 << width) - 1 && width < 12) width++;
  }
  return filled;
}
