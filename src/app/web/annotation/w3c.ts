/** Marks as W3C Web Annotations (Recommendation of 2017): a page of annotations in JSON-LD, as Annotorious and others read and write. */
import { type Annotation, type AnnotationSet, newId, type Picture } from "./annotation.ts";
import { type JsonPlace, parseJson } from "./json-place.ts";
import { checkInside, type FindPicture, picturesOf } from "./picture-names.ts";
import type { Region } from "./region.ts";
import { regionOfSvg, svgOf } from "./svg-shape.ts";

const CONTEXT = "http://www.w3.org/ns/anno.jsonld";
const MEDIA_FRAGMENTS = "http://www.w3.org/TR/media-frags/";
const SHA256 = "urn:sha256:";

/** All marks as one AnnotationPage. */
export function w3cText({ pictures, annotations }: AnnotationSet): string {
  const byHash = new Map(pictures.map((picture) => [picture.hash, picture]));
  const items = annotations.map((annotation) => itemOf(annotation, byHash.get(annotation.picture)));
  return `${JSON.stringify({ "@context": CONTEXT, id: newId(), type: "AnnotationPage", items }, undefined, 2)}\n`;
}

function itemOf({ id, picture, label, region, comment, author, created, modified, derivedFrom }: Annotation, film: Picture | undefined) {
  return {
    id,
    type: "Annotation",
    motivation: "tagging",
    creator: { type: "Person", name: author },
    created,
    ...(modified !== undefined && { modified }),
    // "A related resource from which the described resource is derived"; the context knows the prefix.
    ...(derivedFrom && { "dcterms:source": derivedFrom }),
    body: [
      { type: "TextualBody", purpose: "tagging", value: label },
      ...(comment === undefined ? [] : [{ type: "TextualBody", purpose: "commenting", value: comment }]),
    ],
    target: {
      type: "SpecificResource",
      source: { id: SHA256 + picture, type: "Image", ...(film && { name: film.name, width: film.width, height: film.height }) },
      ...(region && { selector: selectorOf(region) }),
    },
  };
}

const selectorOf = (region: Region) =>
  region.kind === "box"
    ? {
        type: "FragmentSelector",
        conformsTo: MEDIA_FRAGMENTS,
        value: `xywh=pixel:${region.x},${region.y},${region.width},${region.height}`,
      }
    : { type: "SvgSelector", value: svgOf(region) };

/**
 * The marks of a file: a page, a collection with its first page in it, a list, or one annotation. A film is known by its hash, else by its
 * name among `known`; a film that the file describes whole need not be known. Each tag of an annotation is a mark of its own.
 * @param assumedAuthor - who made what names no creator.
 * @throws InputError that names the place of what is missing or wrong.
 */
export function readW3c(text: string, file: string, known: readonly Picture[], assumedAuthor: string, now: Date): AnnotationSet {
  const pictures = picturesOf(known);
  const annotations = itemsOf(parseJson(text, file)).flatMap((item) => annotationsOf(item, pictures.find, assumedAuthor, now));
  return { pictures: pictures.used(), annotations };
}

function itemsOf(page: JsonPlace): JsonPlace[] {
  if (Array.isArray(page.value)) return page.list();
  const type = page.object().at("type");
  if (type.value === "Annotation") return [page];
  if (type.value === "AnnotationPage") return page.at("items").list();
  if (type.value !== "AnnotationCollection") throw type.wrong("must be Annotation, AnnotationPage or AnnotationCollection");
  if (page.at("first").at("next").isThere) throw page.at("first").at("next").wrong("is a page that is elsewhere");
  return page.at("first").object().at("items").list();
}

function annotationsOf(item: JsonPlace, find: FindPicture, assumedAuthor: string, now: Date): Annotation[] {
  item.object();
  const [id, created, modified] = [item.at("id"), item.at("created"), item.at("modified")];
  const { labels, comment } = bodiesOf(item.at("body"));
  const { picture, region } = targetOf(first(item.at("target")), find);
  const sources = item.at("dcterms:source");
  const mark = {
    picture: picture.hash,
    ...(region && { region }),
    ...(comment !== "" && { comment }),
    author: personOf(first(item.at("creator"))) ?? assumedAuthor,
    created: created.isThere ? created.time() : now.toISOString(),
    ...(modified.isThere && { modified: modified.time() }),
    ...(sources.isThere && { derivedFrom: sources.list().map((source) => source.text()) }),
  };
  const name = id.isThere ? id.text() : newId();
  return labels.map((label, i) => ({ id: i === 0 ? name : `${name}#${i + 1}`, label, ...mark }));
}

/** Tags, and comments one under the other; a body without a purpose is a tag where it is the only one. */
function bodiesOf(body: JsonPlace): { readonly labels: readonly string[]; readonly comment: string } {
  const bodies = Array.isArray(body.value) ? body.list() : body.isThere ? [body] : [];
  const texts = bodies.map((one) =>
    typeof one.value === "string"
      ? { purpose: undefined, text: one.text() }
      : { purpose: one.object().at("purpose").value, text: one.at("value").text() },
  );
  const isTag = (purpose: unknown): boolean =>
    purpose === "tagging" || purpose === "classifying" || purpose === "identifying" || (purpose === undefined && texts.length === 1);
  const labels = texts.filter(({ purpose }) => isTag(purpose)).map(({ text }) => text.trim());
  if (labels.length === 0) throw body.wrong("needs a text with the purpose tagging as the label");
  const comment = texts.filter(({ purpose }) => !isTag(purpose)).map(({ text }) => text.trim());
  return { labels, comment: comment.join("\n") };
}

function personOf(creator: JsonPlace): string | undefined {
  if (!creator.isThere) return undefined;
  if (typeof creator.value === "string") return creator.text().trim();
  const name = ["name", "nickname", "id"].map((key) => creator.object().at(key)).find(({ isThere }) => isThere);
  if (!name) throw creator.wrong("needs a name");
  return name.text().trim();
}

function targetOf(target: JsonPlace, find: FindPicture): { readonly picture: Picture; readonly region?: Region } {
  if (typeof target.value === "string") {
    const [source, fragment] = target.value.split("#", 2);
    const picture = find(target, { name: source });
    return { picture, ...(fragment !== undefined && { region: checkInside(boxOf(fragment, picture, target), picture, target) }) };
  }
  const source = target.object().at("source");
  const picture = typeof source.value === "string" ? pictureAt(source, source.text(), find) : describedPicture(source, find);
  const selector = target.at("selector");
  if (!selector.isThere) return { picture };
  const selectors = Array.isArray(selector.value) ? selector.list() : [selector];
  const usable = selectors.find((one) => one.at("type").value === "FragmentSelector" || one.at("type").value === "SvgSelector");
  if (!usable) throw selector.wrong("must be a FragmentSelector or an SvgSelector");
  const value = usable.at("value");
  const region = usable.at("type").value === "SvgSelector" ? regionOfSvg(value.text(), value.wrong) : boxOf(value.text(), picture, value);
  return { picture, region: checkInside(region, picture, value) };
}

const pictureAt = (place: JsonPlace, iri: string, find: FindPicture): Picture =>
  find(place, iri.startsWith(SHA256) ? { hash: iri.slice(SHA256.length) } : { name: iri });

function describedPicture(source: JsonPlace, find: FindPicture): Picture {
  const iri = source.object().at("id").text();
  const [name, width, height] = [source.at("name"), source.at("width"), source.at("height")];
  if (!(iri.startsWith(SHA256) && name.isThere && width.isThere && height.isThere)) return pictureAt(source.at("id"), iri, find);
  const hash = iri.slice(SHA256.length);
  return find(source, { hash, name: name.text(), width: width.count(), height: height.count() });
}

const FRAGMENT = /^#?(?:.*&)?xywh=(?:(pixel|percent):)?([-+.\de]+),([-+.\de]+),([-+.\de]+),([-+.\de]+)(?:&|$)/i;

function boxOf(fragment: string, { width, height }: Picture, place: JsonPlace): Region {
  const [, unit, ...numbers] = FRAGMENT.exec(fragment) ?? [];
  const [x, y, w, h] = numbers.map(Number);
  if (![x, y, w, h].every(Number.isFinite)) throw place.wrong("must be a media fragment such as xywh=pixel:10,20,30,40");
  const [across, down] = unit === "percent" ? [width / 100, height / 100] : [1, 1];
  return { kind: "box", x: x * across, y: y * down, width: w * across, height: h * down };
}

const first = (place: JsonPlace): JsonPlace => (Array.isArray(place.value) && place.value.length > 0 ? place.list()[0] : place);
