/** What people say of films: marks with a label, an author and a time, as plain data. */
import type { Size } from "../film-view.ts";
import type { Region } from "./region.ts";

/** A film as marks know it. */
export interface Picture extends Size {
  /** The SHA-256 of its file in hexadecimal digits: the same film is known again under any name. */
  readonly hash: string;
  readonly name: string;
}

export interface Annotation {
  /** An IRI, such as urn:uuid:…. */
  readonly id: string;
  /** The hash of the film. */
  readonly picture: string;
  readonly label: string;
  /** Without one the label is of the whole film. */
  readonly region?: Region;
  readonly comment?: string;
  readonly author: string;
  /** ISO 8601, in UTC. */
  readonly created: string;
  readonly modified?: string;
  /** The ids of the marks that a consensus was made of. */
  readonly derivedFrom?: readonly string[];
}

/** Marks, and the films they are of. */
export interface AnnotationSet {
  readonly pictures: readonly Picture[];
  readonly annotations: readonly Annotation[];
}

/** A mark that somebody makes. */
export type Drawn = Pick<Annotation, "picture" | "label" | "author"> & Partial<Pick<Annotation, "region" | "comment" | "derivedFrom">>;

/** With an id and the time. */
export const signed = (drawn: Drawn, now: Date): Annotation => ({ id: newId(), ...drawn, created: now.toISOString() });

/** A name that nothing else has. `crypto.randomUUID` is for secure pages alone, and this is not a secret. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `urn:uuid:${digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")}`;
}

/** The label that says a film was read and shows nothing; it is exclusive. */
export const NO_FINDING = "no finding";

const CONSENSUS = "consensus by ";

/** Under whose name an adjudicator's marks stand. */
export const consensusBy = (name: string): string => CONSENSUS + name;

export const isConsensus = (author: string): boolean => author.startsWith(CONSENSUS);

/** Everyone who has marked something, in the order of their names, consensus sets last. */
export const authorsOf = (annotations: readonly Annotation[]): string[] =>
  [...new Set(annotations.map(({ author }) => author))].sort(
    (a, b) => Number(isConsensus(a)) - Number(isConsensus(b)) || (a < b ? -1 : Number(a > b)),
  );

/** Every label, in the order of the alphabet. */
export const labelsOf = (annotations: readonly Annotation[]): string[] => [...new Set(annotations.map(({ label }) => label))].sort();

/** The films that somebody has looked at: those with any mark of theirs. */
export const judgedBy = (annotations: readonly Annotation[], author: string): Set<string> =>
  new Set(annotations.filter((one) => one.author === author).map(({ picture }) => picture));
