/** The cards of the shipped models are read whole: every word of their Markdown is in a heading, paragraph, list or table. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { cardBlocks, pieces } from "../../../../src/app/web/report/card-blocks.ts";
import { shippedModels } from "../../../../src/models/shipped.ts";

test("headings, paragraphs over several lines, lists and tables are told apart", () => {
  const text =
    "# A\n\nSorts films. **Not\nfor clinical use.**\n\n## B\nmore\n\n| | |\n| --- | --- |\n| x | `y`|\n\n| p | q |\n| - | - |\n| 1 | 2 |\n\n- one\n  goes on\n- two\n";
  expect(cardBlocks(text)).toEqual([
    { kind: "heading", level: 1, text: "A" },
    { kind: "paragraph", text: "Sorts films. **Not for clinical use.**" },
    { kind: "heading", level: 2, text: "B" },
    { kind: "paragraph", text: "more" },
    { kind: "table", head: [], rows: [["x", "`y`"]] },
    { kind: "table", head: ["p", "q"], rows: [["1", "2"]] },
    { kind: "list", items: ["one goes on", "two"] },
  ]);
});

test("strong words, code and links are pieces of a line", () => {
  expect(pieces("see [its card](cxr.md): **below** `x`")).toEqual([
    { text: "see its card: ", kind: "plain" },
    { text: "below", kind: "strong" },
    { text: " ", kind: "plain" },
    { text: "x", kind: "code" },
  ]);
});

test.each(shippedModels)("%s: no word is lost and no mark is left", (name) => {
  const card = readFileSync(new URL(`../../../../weights/${name}.md`, import.meta.url), "utf8");
  const texts = cardBlocks(card).flatMap((block) => {
    if (block.kind === "list") return block.items;
    return block.kind === "table" ? [block.head, ...block.rows].flat() : [block.text];
  });
  const shown = texts
    .map((text) =>
      pieces(text)
        .map((piece) => piece.text)
        .join(""),
    )
    .join(" ");
  expect(shown).not.toMatch(/\*\*|`|\]\(|^#|\| ---/m);
  const words = (text: string): string[] => text.match(/[\p{L}\p{N}]{2,}/gu) ?? [];
  expect(words(shown)).toEqual(words(card.replace(/\]\([^)]*\)/g, "")));
});
