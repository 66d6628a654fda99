/** The shapes of SVG selectors (W3C Web Annotation 4.2.8) as regions, and outlines as such shapes. */
import type { Point } from "../../../imaging/contour.ts";
import type { Ring } from "../../../imaging/polygon-mask.ts";
import type { OutlineRegion, Region } from "./region.ts";

/** One polygon, or a path of several rings with the even-odd rule. */
export function svgOf({ rings }: OutlineRegion): string {
  const [ring, ...others] = rings;
  const shape =
    others.length === 0
      ? `<polygon points="${ring.map((corner) => corner.join(",")).join(" ")}"/>`
      : `<path fill-rule="evenodd" d="${rings.map((one) => `M${one.map((corner) => corner.join(",")).join(" L")} Z`).join(" ")}"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg">${shape}</svg>`;
}

const SHAPE = /<(rect|polygon|path|circle|ellipse)\b([^>]*)>/gi;
const UNREAD = /<(line|polyline|image|text|use)\b/i;

/**
 * The one shape of a selector.
 * @param wrong - makes the error for what is said of it.
 * @throws what `wrong` makes where there is none or more than one, or it is of a kind that is no area.
 */
export function regionOfSvg(svg: string, wrong: (problem: string) => Error): Region {
  const [found, ...others] = svg.matchAll(SHAPE);
  const unread = UNREAD.exec(svg);
  if (unread) throw wrong(`must be an area, a ${unread[1]} is none`);
  if (!found || others.length > 0) throw wrong("must hold one rect, polygon, path, circle or ellipse");
  const [, kind, attributes] = found;
  if (/\btransform\s*=/.test(svg)) throw wrong("has a transform, which is not read");
  const attribute = (name: string): string | undefined =>
    new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`)
      .exec(attributes)
      ?.slice(1)
      .find((value) => value !== undefined);
  const length = (name: string, assumed?: number): number => {
    const text = attribute(name);
    const value = text === undefined ? assumed : Number(text);
    if (value === undefined || !Number.isFinite(value)) throw wrong(`needs a number as its ${name}`);
    return value;
  };
  switch (kind.toLowerCase()) {
    case "rect":
      return { kind: "box", x: length("x", 0), y: length("y", 0), width: length("width"), height: length("height") };
    case "circle":
      return outline([ellipse(length("cx", 0), length("cy", 0), length("r"), length("r"))], wrong);
    case "ellipse":
      return outline([ellipse(length("cx", 0), length("cy", 0), length("rx"), length("ry"))], wrong);
    case "polygon":
      return outline([pairs(attribute("points") ?? "", wrong)], wrong);
    default:
      return outline(pathRings(attribute("d") ?? "", wrong), wrong);
  }
}

function outline(rings: readonly Ring[], wrong: (problem: string) => Error): OutlineRegion {
  if (rings.length === 0 || rings.some((ring) => ring.length < 3)) throw wrong("needs three corners or more in each ring");
  return { kind: "outline", rings };
}

const NUMBER = /[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/gi;

function pairs(text: string, wrong: (problem: string) => Error): Point[] {
  const numbers = (text.match(NUMBER) ?? []).map(Number);
  if (text.replace(NUMBER, "").replace(/[\s,]/g, "") !== "" || numbers.length % 2 !== 0)
    throw wrong("needs pairs of numbers as its points");
  return Array.from({ length: numbers.length / 2 }, (_, i): Point => [numbers[2 * i], numbers[2 * i + 1]]);
}

/** How far an arc's chords may lie from it, in pixels. */
const FLATNESS = 0.05;

/** As many corners as keep all of it within a twentieth of a pixel. */
function ellipse(cx: number, cy: number, rx: number, ry: number): Ring {
  const radius = Math.max(rx, ry, FLATNESS);
  const corners = Math.max(8, Math.ceil(Math.PI / Math.acos(1 - FLATNESS / radius)));
  return Array.from({ length: corners }, (_, i): Point => {
    const angle = (2 * Math.PI * i) / corners;
    return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)];
  });
}

/** How many numbers each command of a path takes at a time. */
const TAKES: Readonly<Record<string, number>> = { m: 2, l: 2, h: 1, v: 1, c: 6, q: 4, z: 0 };

/** The rings of a path of lines and Bézier curves; what is not closed is closed. */
function pathRings(path: string, wrong: (problem: string) => Error): Ring[] {
  const rings: Point[][] = [];
  let [x, y] = [0, 0];
  for (const [, letter, rest] of path.matchAll(/([a-z])([^a-df-z]*)/gi)) {
    const command = letter.toLowerCase();
    const takes = TAKES[command];
    if (takes === undefined) throw wrong(`has the path command ${letter}, which is not read`);
    const numbers = (rest.match(NUMBER) ?? []).map(Number);
    if (takes === 0 ? numbers.length > 0 : numbers.length === 0 || numbers.length % takes !== 0)
      throw wrong(`has the wrong count of numbers after ${letter} in its path`);
    const isRelative = letter === command;
    if (command === "m") rings.push([]);
    const ring = rings.at(-1);
    if (!ring) throw wrong("has a path that does not begin with M");
    if (command === "z") [x, y] = ring[0];
    for (let i = 0; i < numbers.length; i += takes) {
      const of = numbers.slice(i, i + takes);
      const horizontal = (value: number): number => (isRelative ? x + value : value);
      const vertical = (value: number): number => (isRelative ? y + value : value);
      if (command === "h") ring.push([horizontal(of[0]), y]);
      else if (command === "v") ring.push([x, vertical(of[0])]);
      else {
        const corners = Array.from({ length: takes / 2 }, (_, k): Point => [horizontal(of[2 * k]), vertical(of[2 * k + 1])]);
        ring.push(...(corners.length === 1 ? corners : curve([[x, y], ...corners])));
      }
      [x, y] = ring[ring.length - 1];
    }
  }
  // Many programs repeat the first corner before they close.
  return rings.map((ring) => (ring.length > 1 && ring[0].join() === ring[ring.length - 1].join() ? ring.slice(0, -1) : ring));
}

/** A Bézier curve in 16 chords, without its first point (de Casteljau). */
const curve = (controls: readonly Point[]): Point[] =>
  Array.from({ length: 16 }, (_, i) => {
    const share = (i + 1) / 16;
    let points = controls;
    while (points.length > 1)
      points = points
        .slice(1)
        .map(([x, y], k): Point => [points[k][0] + share * (x - points[k][0]), points[k][1] + share * (y - points[k][1])]);
    return points[0];
  });
