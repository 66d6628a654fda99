/** DICOM films made element by element, so that tests can make any of them. */
import { joined, textValue, type Writable, writeElements } from "../../src/loaders/dicom/write.ts";
import type { Image } from "../../src/loaders/image.ts";

const short = (tag: string, value: number) => ({ tag, vr: "US", value: Uint8Array.of(value & 255, value >> 8) });
const code = (tag: string, value: string) => ({ tag, vr: "CS", value: textValue(value) });
const uid = (tag: string, value: string) => ({ tag, vr: "UI", value: textValue(value, "\0") });

/** A decimal number as an element of its own. */
export const decimal = (tag: string, value: number): Writable => ({ tag, vr: "DS", value: textValue(String(value)) });

/** A grey picture as an uncompressed film, explicit VR little endian, of as many bits as it has; `more` elements stand beside. */
export function dicomFilm(
  { width, height, bitDepth, data }: Image,
  { photometric = "MONOCHROME2", more = [] }: { readonly photometric?: string; readonly more?: readonly Writable[] } = {},
): Uint8Array<ArrayBuffer> {
  const coding = { isImplicit: false, isBigEndian: false };
  const pixels = new Uint8Array(Math.ceil(data.byteLength / 2) * 2);
  pixels.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const header = writeElements([uid("x00020010", "1.2.840.10008.1.2.1")], coding);
  const elements = [
    uid("x00080016", "1.2.840.10008.5.1.4.1.1.1.1"),
    uid("x00080018", "2.25.1"),
    { tag: "x00100010", vr: "PN", value: textValue("Phantom^Jane") },
    short("x00280002", 1),
    code("x00280004", photometric),
    short("x00280010", height),
    short("x00280011", width),
    short("x00280100", bitDepth),
    short("x00280101", bitDepth),
    short("x00280102", bitDepth - 1),
    short("x00280103", 0),
    ...more,
    { tag: "x7fe00010", vr: "OW", value: pixels },
  ];
  const group = { tag: "x00020000", vr: "UL", value: new Uint8Array(Uint32Array.of(header.length).buffer) };
  return joined([new Uint8Array(128), textValue("DICM"), writeElements([group], coding), header, writeElements(elements, coding)]);
}
