/** A model card's Markdown as blocks: headings, paragraphs, lists and tables, which is all that cards are made of. */

export type CardBlock =
  | { readonly kind: "heading"; readonly level: number; readonly text: string }
  | { readonly kind: "paragraph"; readonly text: string }
  | { readonly kind: "list"; readonly items: readonly string[] }
  | { readonly kind: "table"; readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };

/** A piece of a line: plain, **strong**, or `code`; of [a link](to somewhere) the words stay. */
export interface Piece {
  readonly text: string;
  readonly kind: "plain" | "strong" | "code";
}

export function cardBlocks(markdown: string): CardBlock[] {
  return markdown
    .split(/\n\s*\n|(?<=^#.*)\n/m)
    .map((part) => part.trim())
    .filter(Boolean)
    .map(blockOf);
}

function blockOf(part: string): CardBlock {
  const lines = part.split("\n");
  const heading = /^(#+) +(.*)$/.exec(part);
  if (heading) return { kind: "heading", level: heading[1].length, text: heading[2] };
  if (lines.every((line) => line.startsWith("|"))) return tableOf(lines.map(cellsOf));
  if (/^[-*] /.test(part)) {
    const items = part.split(/^[-*] +/m).filter(Boolean);
    return { kind: "list", items: items.map(joined) };
  }
  return { kind: "paragraph", text: joined(part) };
}

/** The second row is the line under the head; a head without a text is none. */
function tableOf([head, , ...rows]: readonly string[][]): CardBlock {
  return { kind: "table", head: head.some(Boolean) ? head : [], rows };
}

const cellsOf = (line: string): string[] =>
  line
    .replace(/^\|/, "")
    .replace(/\|\s*$/, "")
    .split("|")
    .map((cell) => cell.trim());

const joined = (text: string): string => text.trim().replace(/\s*\n\s*/g, " ");

export function pieces(text: string): Piece[] {
  const words = text.replace(/\[([^\]]+)\]\([^)]*\)/g, "$1");
  return words
    .split(/(\*\*[^*]+\*\*|`[^`]+`)/)
    .filter(Boolean)
    .map((part): Piece => {
      if (part.startsWith("**")) return { text: part.slice(2, -2), kind: "strong" };
      return part.startsWith("`") ? { text: part.slice(1, -1), kind: "code" } : { text: part, kind: "plain" };
    });
}
