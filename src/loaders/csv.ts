/** Comma-separated values, as RFC 4180 has them. */
import { InputError } from "../bytes.ts";

/** A table: the names in its first line, and rows of as many fields. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * Reads a table whose first line names its columns. A field in quotes may hold commas, line ends and doubled quotes; lines end in LF or
 * CRLF, and empty lines at the end are left out.
 * @throws InputError where a quote is not closed, a row has more or fewer fields than there are columns, or a column has two places.
 */
export function readCsv(text: string, name: string): Table {
  const [columns, ...rows] = records(text.replace(/^\ufeff/, ""), name);
  if (!columns) throw new InputError(name, "is empty, a first line with the columns' names is needed");
  const twice = columns.find((column, i) => columns.indexOf(column) !== i);
  if (twice !== undefined) throw new InputError(name, `has two columns called ${JSON.stringify(twice)}`);
  const odd = rows.findIndex((row) => row.length !== columns.length);
  if (odd >= 0) throw new InputError(name, `row ${odd + 2} has ${rows[odd].length} fields, the first line has ${columns.length}`);
  return { columns, rows };
}

/** One field and what ends it: in quotes, or up to a comma or a line's end. */
const FIELD = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;

function records(text: string, name: string): string[][] {
  const found: string[][] = [];
  let record: string[] = [];
  FIELD.lastIndex = 0;
  while (FIELD.lastIndex < text.length || record.length > 0) {
    const start = FIELD.lastIndex;
    const field = FIELD.exec(text);
    if (!field)
      throw new InputError(
        name,
        `row ${found.length + 1} has a quote that is not closed or stands inside a field: ${snippet(text, start)}`,
      );
    const [, quoted, plain, end] = field;
    record.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    found.push(record);
    record = [];
  }
  while (found.at(-1)?.join("") === "" && found.at(-1)?.length === 1) found.pop();
  return found;
}

const snippet = (text: string, start: number): string => JSON.stringify(text.slice(start, start + 30));

/** A table as text that `readCsv` reads back: LF, quotes only where they are needed. */
export function writeCsv({ columns, rows }: Table): string {
  const quote = (field: string) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);
  return [columns, ...rows].map((row) => `${row.map(quote).join(",")}\n`).join("");
}
