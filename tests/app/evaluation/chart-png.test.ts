/** Charts become PNGs with their text, and the same ones every time. */
import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { chart } from "../../../src/app/evaluation/chart.ts";
import { chartDrawer } from "../../../src/app/evaluation/chart-png.ts";
import { decodeImage } from "../../../src/loaders/image.ts";

const drawn = async (label: string | null) => {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const draw = await chartDrawer();
  if (typeof draw === "string") throw new Error(draw);
  const { svg } = chart(document, "roc", "a chart", { width: 200, height: 100, x: { label, domain: [0, 1] }, y: { domain: [0, 1] } });
  const bytes = draw(svg);
  return { bytes, image: await decodeImage(bytes, "chart.png") };
};

/** Pixels that are not white in the lowest rows, where the axis has its label. */
const inkOf = ({ width, height, channels, data }: Awaited<ReturnType<typeof drawn>>["image"]) =>
  data.filter((value, i) => i % channels === 0 && i >= (height - 24) * width * channels && value < 128).length;

test("a label is drawn, its minus too, and a chart is twice as large as it says", async () => {
  const [plain, word, minus] = [await drawn(null), await drawn("specificity"), await drawn("1 − specificity")];
  expect([plain.image.width, plain.image.height]).toEqual([400, 200]);
  expect(inkOf(plain.image)).toBe(0);
  expect(inkOf(word.image)).toBeGreaterThan(100);
  expect(inkOf(minus.image)).toBeGreaterThan(inkOf(word.image));
  expect((await drawn("specificity")).bytes).toEqual(word.bytes);
});
