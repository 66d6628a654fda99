/** How well a JPEG is coded, from its quantisation table. */

/** The luminance table of ITU-T T.81 annex K.1, row by row, which encoders scale by the quality. */
const STANDARD = [
  [16, 11, 10, 16, 24, 40, 51, 61],
  [12, 12, 14, 19, 26, 58, 60, 55],
  [14, 13, 16, 24, 40, 57, 69, 56],
  [14, 17, 22, 29, 51, 87, 80, 62],
  [18, 22, 37, 56, 68, 109, 103, 77],
  [24, 35, 55, 64, 81, 104, 113, 92],
  [49, 64, 78, 87, 103, 121, 120, 101],
  [72, 92, 95, 98, 112, 100, 103, 99],
].flat();

/** The sum of libjpeg's table for each quality from 1 to 100 (`jpeg_set_quality` of Independent JPEG Group 1998). */
const sums = Array.from({ length: 100 }, (_, i) => {
  const quality = i + 1;
  const percent = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality;
  return STANDARD.reduce((sum, step) => sum + Math.min(255, Math.max(1, Math.floor((step * percent + 50) / 100))), 0);
});

/**
 * The quality whose table of libjpeg has the sum nearest to a table's: exact for files of libjpeg, an estimate for those of encoders with
 * tables of their own (MozJPEG, Photoshop).
 */
export function jpegQuality(tableSum: number): number {
  const distances = sums.map((sum) => Math.abs(sum - tableSum));
  return distances.lastIndexOf(Math.min(...distances)) + 1;
}
