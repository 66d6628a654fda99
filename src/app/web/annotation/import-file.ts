/** A file of marks, whatever form it has, and what becomes of marks that are already there. */
import { InputError } from "../../../bytes.ts";
import { isZip } from "../../../loaders/zip.ts";
import { type Annotation, type AnnotationSet, type Picture, signed } from "./annotation.ts";
import type { Change, Step } from "./change.ts";
import { readCoco } from "./coco.ts";
import { readMasksZip, regionOfMask } from "./mask-files.ts";
import { strings } from "./strings.ts";
import { readW3c } from "./w3c.ts";

export interface ImportOptions {
  readonly bytes: Uint8Array;
  readonly file: string;
  /** The films that names may mean. */
  readonly known: readonly Picture[];
  /** The film, the author and the label of a mask that comes alone. */
  readonly film?: Picture;
  readonly author: string;
  readonly label: string;
  readonly now: Date;
}

/** @throws InputError that names the place of what is wrong with the file. */
export function readMarks({ bytes, file, known, film, author, label, now }: ImportOptions): AnnotationSet {
  if (isZip(bytes)) return readMasksZip(bytes, file);
  if (bytes[0] === 0x89) {
    if (!film) throw new InputError(file, strings.noFilmForMask);
    if (author === "") throw new InputError(file, strings.nameFirst);
    const region = regionOfMask(bytes, file, film);
    return { pictures: [film], annotations: [signed({ picture: film.hash, label, region, author }, now)] };
  }
  const text = new TextDecoder().decode(bytes);
  if (!/^\ufeff?\s*[[{]/.test(text)) throw new InputError(file, strings.unknownFile);
  // A COCO file is told by the list that it cannot do without.
  return /"images"\s*:\s*\[/.test(text) ? readCoco(text, file, known, file, now) : readW3c(text, file, known, file, now);
}

/** The changes that bring marks in: of a mark that is there in two versions the one that was changed last. */
export function broughtIn(existing: readonly Annotation[], incoming: readonly Annotation[]): Step {
  const byId = new Map(existing.map((mark) => [mark.id, mark]));
  const time = ({ created, modified }: Annotation): string => modified ?? created;
  return incoming.flatMap((after): Change[] => {
    const before = byId.get(after.id);
    if (!before) return [{ after }];
    return time(after) > time(before) ? [{ before, after }] : [];
  });
}
