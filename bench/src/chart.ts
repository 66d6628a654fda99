/** Results as a picture: how many times as long the best peer takes. */
import type { CaseResult } from "./measure.ts";
import { standingOf } from "./report.ts";

const ROW = 18;
const LABELS = 270;
const BARS = 520;
const RIGHT = 110;
const TOP = 44;

/** An SVG document with a bar a case, and a line where both take as long. */
export function chart(results: readonly CaseResult[], adapter: string): string {
  const rows = results.flatMap((result) => {
    const standing = standingOf(result);
    return standing ? [{ name: result.name, ...standing }] : [];
  });
  const most = Math.max(2, ...rows.map(({ ratio }) => ratio));
  const height = TOP + rows.length * ROW + 10;
  const xOf = (ratio: number): number => LABELS + (BARS * ratio) / most;
  const bars = rows.map(({ name, peer, ratio }, index) => {
    const y = TOP + index * ROW;
    const colour = ratio >= 1 ? "#2f6f9f" : "#b5523b";
    return [
      `<text x="${LABELS - 8}" y="${y + 12}" text-anchor="end">${escaped(name)}</text>`,
      `<rect x="${LABELS}" y="${y + 2}" width="${(xOf(ratio) - LABELS).toFixed(1)}" height="${ROW - 5}" fill="${colour}"/>`,
      `<text x="${(xOf(ratio) + 6).toFixed(1)}" y="${y + 12}">${ratio.toFixed(1)}× ${escaped(peer)}</text>`,
    ].join("");
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${LABELS + BARS + RIGHT} ${height}" font-family="sans-serif" font-size="11">
<rect width="100%" height="100%" fill="white"/>
<text x="8" y="16" font-size="13">Time of the fastest peer ÷ time of Roentgen</text>
<text x="8" y="32" fill="#666">${escaped(adapter)}</text>
${bars.join("\n")}
<line x1="${xOf(1).toFixed(1)}" x2="${xOf(1).toFixed(1)}" y1="${TOP - 4}" y2="${height - 8}" stroke="#333" stroke-dasharray="3 3"/>
</svg>
`;
}

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
