/** Tables of comma-separated values are read as RFC 4180 has them, and what is not one is refused with its row. */
import { describe, expect, test } from "vitest";
import { readCsv, writeCsv } from "../../src/loaders/csv.ts";

describe("readCsv", () => {
  test("quotes hold commas, line ends and doubled quotes; CRLF and a byte order mark are no part of a field", () => {
    const text = '\ufeffid,note,licence\r\n1,"a, ""b""\nc",\r\n2,,"no licence file; ""research"""\r\n\r\n';
    expect(readCsv(text, "m.csv")).toEqual({
      columns: ["id", "note", "licence"],
      rows: [
        ["1", 'a, "b"\nc', ""],
        ["2", "", 'no licence file; "research"'],
      ],
    });
  });

  test("a last line needs no line end, and may end in a comma", () => {
    expect(readCsv("a,b\n1,2", "m.csv").rows).toEqual([["1", "2"]]);
    expect(readCsv("a,b\n1,", "m.csv").rows).toEqual([["1", ""]]);
    expect(readCsv("a\n\n1\n", "m.csv").rows).toEqual([[""], ["1"]]);
  });

  test.each([
    ["nothing", "", "m.csv: is empty, a first line with the columns' names is needed"],
    ["a column twice", "a,b,a\n", 'm.csv: has two columns called "a"'],
    ["a short row", "a,b\n1,2\n3\n", "m.csv: row 3 has 1 fields, the first line has 2"],
    ["a quote that is not closed", 'a,b\n1,"2\n', 'm.csv: row 2 has a quote that is not closed or stands inside a field: "\\"2\\n"'],
    ["a quote inside a field", 'a,b\n1,2"3"\n', "m.csv: row 2 has a quote that is not closed or stands inside a field"],
  ])("%s is refused", (_, text, message) => {
    expect(() => readCsv(text, "m.csv")).toThrow(message);
  });
});

test("what is written reads back", () => {
  const table = {
    columns: ["a", "b,c"],
    rows: [
      ["x", 'say "no"'],
      ["", "two\nlines"],
    ],
  };
  expect(writeCsv(table)).toBe('a,"b,c"\nx,"say ""no"""\n,"two\nlines"\n');
  expect(readCsv(writeCsv(table), "m.csv")).toEqual(table);
});
