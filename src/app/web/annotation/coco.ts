/** Marks as a COCO file of instances, with author and time in fields of their own, which COCO's readers pass over. */
import { maskRings } from "../../../imaging/mask-rings.ts";
import type { Ring } from "../../../imaging/polygon-mask.ts";
import { type Annotation, type AnnotationSet, labelsOf, newId, type Picture } from "./annotation.ts";
import { maskOfRuns, runsOf, runsOfText } from "./coco-mask.ts";
import { type JsonPlace, parseJson } from "./json-place.ts";
import { checkInside, picturesOf } from "./picture-names.ts";
import { boundsOf, boxRing, maskOf, pixelBounds, type Region, ringsOf } from "./region.ts";

/**
 * Boxes as boxes with their corners as the segmentation, outlines as polygons, outlines with holes as runs. COCO has no labels of a whole
 * picture: they stand in a list of their own, `image_labels`.
 */
export function cocoText({ pictures, annotations }: AnnotationSet): string {
  const labels = labelsOf(annotations);
  const place = (hash: string): number => pictures.findIndex((picture) => picture.hash === hash);
  const entry = ({ id, picture, label, comment, author, created, modified, derivedFrom }: Annotation) => ({
    image_id: place(picture) + 1,
    category_id: labels.indexOf(label) + 1,
    annotation_id: id,
    author,
    created,
    ...(modified !== undefined && { modified }),
    ...(comment !== undefined && { comment }),
    ...(derivedFrom && { derived_from: derivedFrom }),
  });
  const coco = {
    info: { description: "Marks on chest films, made with Roentgen. Research use, not for clinical use." },
    images: pictures.map(({ hash, name, width, height }, i) => ({ id: i + 1, file_name: name, width, height, sha256: hash })),
    categories: labels.map((name, i) => ({ id: i + 1, name, supercategory: "finding" })),
    annotations: annotations
      .flatMap((one) => (one.region ? [{ ...entry(one), ...instanceOf(one.region, pictures[place(one.picture)]) }] : []))
      .map((instance, i) => ({ id: i + 1, ...instance })),
    image_labels: annotations.filter(({ region }) => !region).map(entry),
  };
  return `${JSON.stringify(coco, undefined, 1)}\n`;
}

function instanceOf(region: Region, film: Picture) {
  const { x, y, width, height } = boundsOf(region);
  const rings = ringsOf(region);
  const whole = { x: 0, y: 0, width: film.width, height: film.height };
  // COCO takes polygons together, so that only runs can tell of a hole.
  const isUnion = rings.length === 1 || sameArea(rings, region, film);
  return {
    bbox: [x, y, width, height],
    segmentation: isUnion ? rings.map((ring) => ring.flat()) : { size: [film.height, film.width], counts: runsOf(maskOf([region], whole)) },
    area: areaOf(maskOf([region], pixelBounds([region], film)).data),
    iscrowd: isUnion ? 0 : 1,
  };
}

/** Whether rings hold the same pixels taken together as by the even-odd rule. */
function sameArea(rings: readonly Ring[], region: Region, film: Picture): boolean {
  const box = pixelBounds([region], film);
  const together = maskOf(
    rings.map((ring) => ({ kind: "outline", rings: [ring] })),
    box,
  );
  return areaOf(together.data) === areaOf(maskOf([region], box).data);
}

const areaOf = (mask: ArrayLike<number>): number => Array.from(mask).reduce((sum, level) => sum + Number(level !== 0), 0);

/**
 * The marks of a COCO file: boxes, polygons, runs. What they enclose together becomes one outline. Films are known by `sha256`, else by
 * their file name among `known`.
 * @param assumedAuthor - who made what names no author.
 * @throws InputError that names the place of what is missing or wrong.
 */
export function readCoco(text: string, file: string, known: readonly Picture[], assumedAuthor: string, now: Date): AnnotationSet {
  const coco = parseJson(text, file).object();
  const pictures = picturesOf(known);
  const images = byId(coco.at("images"), (image) => {
    const hash = image.at("sha256");
    const name = image.at("file_name").text();
    const [width, height] = [image.at("width").count(), image.at("height").count()];
    return () => pictures.find(image, { ...(hash.isThere && { hash: hash.text() }), name, width, height });
  });
  const categories = byId(coco.at("categories"), (category) => category.at("name").text());
  const annotationOf = (item: JsonPlace): Annotation => {
    const [id, author, created, modified] = ["annotation_id", "author", "created", "modified"].map((key) => item.object().at(key));
    const [comment, derivedFrom] = [item.at("comment"), item.at("derived_from")];
    const label = referred(item.at("category_id"), categories, "categories");
    const picture = referred(item.at("image_id"), images, "images")();
    const region = regionOf(item, picture);
    return {
      id: id.isThere ? id.text() : newId(),
      picture: picture.hash,
      label,
      ...(region && { region }),
      ...(comment.isThere && { comment: comment.text() }),
      author: author.isThere ? author.text().trim() : assumedAuthor,
      created: created.isThere ? created.time() : now.toISOString(),
      ...(modified.isThere && { modified: modified.time() }),
      ...(derivedFrom.isThere && { derivedFrom: derivedFrom.list().map((source) => source.text()) }),
    };
  };
  const instances = coco.at("annotations").list();
  const unmarked = instances.find((item) => !item.at("bbox").isThere && !item.at("segmentation").isThere);
  if (unmarked) throw unmarked.wrong("has neither a bbox nor a segmentation");
  const imageLabels = coco.at("image_labels");
  const annotations = [...instances, ...(imageLabels.isThere ? imageLabels.list() : [])].map(annotationOf);
  return { pictures: pictures.used(), annotations };
}

function byId<T>(list: JsonPlace, read: (item: JsonPlace) => T): ReadonlyMap<number, T> {
  const found = new Map<number, T>();
  for (const item of list.list()) {
    const id = item.object().at("id");
    if (found.has(id.number())) throw id.wrong("is given twice");
    found.set(id.number(), read(item));
  }
  return found;
}

function referred<T>(id: JsonPlace, found: ReadonlyMap<number, T>, list: string): T {
  const one = found.get(id.number());
  if (one === undefined) throw id.wrong(`is no id of ${list}`);
  return one;
}

function regionOf(item: JsonPlace, film: Picture): Region | undefined {
  const [bbox, segmentation] = [item.at("bbox"), item.at("segmentation")];
  const box = bbox.isThere ? checkInside(boxOf(bbox), film, bbox) : undefined;
  // Files of boxes alone have an empty list.
  if (!segmentation.isThere || (Array.isArray(segmentation.value) && segmentation.value.length === 0)) return box;
  const rings = Array.isArray(segmentation.value) ? polygonsOf(segmentation) : ringsOfRuns(segmentation, film);
  if (box && rings.length === 1 && rings[0].join() === boxRing(boundsOf(box)).join()) return box;
  const outline: Region = { kind: "outline", rings };
  checkInside(outline, film, segmentation);
  if (!Array.isArray(segmentation.value) || rings.length === 1 || sameArea(rings, outline, film)) return outline;
  // Polygons that overlap are one area in COCO.
  const whole = { x: 0, y: 0, width: film.width, height: film.height };
  return {
    kind: "outline",
    rings: maskRings(
      maskOf(
        rings.map((ring) => ({ kind: "outline", rings: [ring] })),
        whole,
      ),
    ),
  };
}

function boxOf(bbox: JsonPlace): Region {
  const numbers = bbox.list().map((one) => one.number());
  if (numbers.length !== 4) throw bbox.wrong("must be four numbers: x, y, width and height");
  const [x, y, width, height] = numbers;
  return { kind: "box", x, y, width, height };
}

const polygonsOf = (segmentation: JsonPlace): Ring[] =>
  segmentation.list().map((polygon) => {
    const numbers = polygon.list().map((one) => one.number());
    if (numbers.length < 6 || numbers.length % 2 !== 0) throw polygon.wrong("must be x and y of three corners or more");
    return Array.from({ length: numbers.length / 2 }, (_, i) => [numbers[2 * i], numbers[2 * i + 1]] as const);
  });

function ringsOfRuns(segmentation: JsonPlace, film: Picture): Ring[] {
  const [size, counts] = [segmentation.object().at("size"), segmentation.at("counts")];
  const [height, width] = size.list().map((one) => one.count());
  if (width !== film.width || height !== film.height)
    throw size.wrong(`must be the film's height and width, ${film.height} and ${film.width}`);
  const runs = typeof counts.value === "string" ? runsOfText(counts.value) : counts.list().map((one) => one.number());
  const mask = runs && maskOfRuns(runs, width, height);
  if (!mask) throw counts.wrong("must be lengths of runs that fill the film");
  return maskRings(mask);
}
