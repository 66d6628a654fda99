/** Tables of a report, as text for a terminal, as Markdown and as HTML. */

export interface ReportTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What has to be known to read it. */
  readonly notes?: readonly string[];
}

/** Columns side by side, numbers to the right. */
export function tableText({ title, columns, rows, notes = [] }: ReportTable): string {
  const widths = columns.map((column, c) => Math.max(column.length, ...rows.map((row) => row[c].length)));
  const isNumber = columns.map((_, c) => c > 0 && rows.every((row) => /^([\d.,−-]+|)$/.test(row[c])));
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, c) => (isNumber[c] ? cell.padStart(widths[c]) : cell.padEnd(widths[c]))).join("  ")}`.trimEnd();
  return [title, line(columns), ...rows.map(line), ...notes.map((note) => `  ${note}`)].join("\n");
}

export function tableMarkdown({ title, columns, rows, notes = [] }: ReportTable): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [
    `### ${title}`,
    "",
    line(columns),
    line(columns.map(() => "---")),
    ...rows.map(line),
    "",
    ...notes.flatMap((note) => [note, ""]),
  ].join("\n");
}

export const tableHtml = ({ title, columns, rows, notes = [] }: ReportTable): string =>
  `<h3>${escaped(title)}</h3><div class="table"><table><thead><tr>${columns.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join("")}</tr></thead>
<tbody>${rows.map((row) => `<tr>${row.map((cell) => `<td>${unbroken(escaped(cell))}</td>`).join("")}</tr>`).join("\n")}</tbody></table></div>
${notes.map((note) => `<p class="note">${escaped(note)}</p>`).join("\n")}`;

/** Intervals stay on one line: a word joiner (U+2060) behind the dash between two numbers. */
const unbroken = (html: string): string => html.replace(/(?<=\d–)(?=\d)/g, "&#8288;");

export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
