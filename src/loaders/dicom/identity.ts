/** Whose film it is: read only where a person asks for it. */
import { names } from "./confidentiality.ts";
import { bytesOf, type DicomFile, parseDicom, textOf } from "./data-set.ts";

/** Labels of TextDecoder for DICOM's character sets (PS3.3 C.12.1.1.2); others are read as Latin-1. */
const encodings: Readonly<Record<string, string>> = {
  "ISO_IR 192": "utf-8",
  "ISO_IR 144": "iso-8859-5",
  "ISO_IR 127": "iso-8859-6",
  "ISO_IR 126": "iso-8859-7",
  "ISO_IR 138": "iso-8859-8",
  "ISO_IR 101": "iso-8859-2",
  GB18030: "gb18030",
  GBK: "gbk",
};

/** Study date, patient's name and the like, by their names; those that the file has. */
export function identityOf(bytes: Uint8Array, name: string): Record<string, string> {
  const file = parseDicom(bytes, name);
  const { elements } = file.dataSet;
  const found: [string, string][] = [];
  for (const [tag, label] of names) {
    const element = elements[tag];
    const text = element && !element.items ? decode(file, tag) : "";
    if (text !== "") found.push([label, text]);
  }
  return Object.fromEntries(found);
}

function decode({ dataSet }: DicomFile, tag: string): string {
  const label = encodings[textOf(dataSet, "x00080005") ?? ""] ?? "latin1";
  const text = new TextDecoder(label).decode(bytesOf(dataSet, dataSet.elements[tag]));
  // Letters of every script, but no codes for a terminal.
  return text.replace(/\p{Cc}/gu, " ").trim();
}
