/** Points in the plane as a picture, coloured by class. */
import type { Image } from "../loaders/image.ts";
import { CLASS_COLOURS, classColour } from "./palette.ts";
import { drawText, fittingText, type Ink, LINE_HEIGHT, textWidth } from "./text.ts";

export interface ScatterPlotOptions {
  readonly title?: string;
  /** Pixels of the square that the points lie in. */
  readonly size?: number;
  /** The class of each point, an index into `classes`; points of none are grey. */
  readonly labels?: ArrayLike<number | undefined>;
  readonly classes?: readonly string[];
}

const MARGIN = 16;
const LINE = LINE_HEIGHT + 4;
const RADIUS = 3.2;
const TEXT: Ink = [40, 40, 40];
const PLAIN: Ink = [110, 110, 110];

/**
 * An 8-bit RGB picture of points [x, y, x, y, …], y upwards, both axes at one scale, with a legend that counts the classes. Classes past the
 * eighth are rings. One class does not hide another for being later: points are drawn in an order that mixes them.
 * @throws RangeError without points, or for one that is not finite.
 */
export function scatterPlot(points: ArrayLike<number>, { title, size = 720, labels = [], classes = [] }: ScatterPlotOptions = {}): Image {
  const count = points.length / 2;
  if (count === 0) throw new RangeError("scatterPlot: there are no points");
  const legend = classes.map((name, place) => {
    const members = Array.from({ length: count }, (_, i) => i).filter((i) => labels[i] === place).length;
    return fittingText(`${name} (${members})`, 320);
  });
  const side = legend.length === 0 ? 0 : 14 + Math.max(...legend.map((text) => textWidth(text))) + MARGIN;
  const head = title === undefined ? 0 : LINE;
  const [width, height] = [size + 2 * MARGIN + side, size + 2 * MARGIN + head];
  const plot: Image = { width, height, channels: 3, bitDepth: 8, data: new Uint8Array(width * height * 3).fill(255) };
  if (title !== undefined) drawText(plot, fittingText(title, width - 2 * MARGIN), MARGIN, MARGIN, { level: TEXT });

  const place = placer(points, size);
  const mixed = Array.from({ length: count }, (_, i) => i).sort((a, b) => scrambled(a) - scrambled(b));
  for (const i of mixed) {
    const [x, y] = place(i);
    const label = labels[i];
    marker(plot, MARGIN + x, MARGIN + head + y, label === undefined ? PLAIN : classColour(label), (label ?? 0) >= CLASS_COLOURS);
  }
  legend.forEach((text, i) => {
    const [x, y] = [size + 2 * MARGIN, MARGIN + head + i * LINE];
    marker(plot, x + 4, y + 3.5, classColour(i), i >= CLASS_COLOURS);
    drawText(plot, text, x + 14, y, { level: TEXT });
  });
  return plot;
}

/** From points to pixels, with room for a marker at the edges. */
function placer(points: ArrayLike<number>, size: number): (i: number) => readonly [x: number, y: number] {
  const [low, high] = [
    [Infinity, Infinity],
    [-Infinity, -Infinity],
  ];
  for (let i = 0; i < points.length; i++) {
    if (!Number.isFinite(points[i])) throw new RangeError(`scatterPlot: point ${i >> 1} is not finite`);
    low[i % 2] = Math.min(low[i % 2], points[i]);
    high[i % 2] = Math.max(high[i % 2], points[i]);
  }
  const span = Math.max(high[0] - low[0], high[1] - low[1]) || 1;
  const scale = (size - 4 * RADIUS) / span;
  return (i) => [
    size / 2 + (points[2 * i] - (low[0] + high[0]) / 2) * scale,
    size / 2 - (points[2 * i + 1] - (low[1] + high[1]) / 2) * scale,
  ];
}

/** A fixed order without any pattern (Knuth's multiplicative hash). */
const scrambled = (i: number): number => Math.imul(i + 1, 0x9e3779b1) >>> 0;

/** A disc or a ring with a smooth edge, a little transparent, so that crowds are seen as such. */
function marker({ width, height, data }: Image, x: number, y: number, ink: Ink, isRing: boolean): void {
  const reach = Math.ceil(RADIUS + 1);
  for (let py = Math.max(0, Math.floor(y) - reach); py <= Math.min(height - 1, Math.floor(y) + reach); py++)
    for (let px = Math.max(0, Math.floor(x) - reach); px <= Math.min(width - 1, Math.floor(x) + reach); px++) {
      const distance = Math.hypot(px + 0.5 - x, py + 0.5 - y);
      const away = isRing ? Math.abs(distance - RADIUS + 0.6) - 0.7 : distance - RADIUS;
      const cover = 0.8 * Math.min(1, Math.max(0, 0.5 - away));
      for (let c = 0; c < 3; c++) {
        const at = (py * width + px) * 3 + c;
        data[at] = Math.round(data[at] + (ink[c] - data[at]) * cover);
      }
    }
}
