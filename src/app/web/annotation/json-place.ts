/** JSON from elsewhere: each value knows where it stands, so that a complaint names the place. */
import { InputError } from "../../../bytes.ts";

export interface JsonPlace {
  readonly value: unknown;
  /** Whether there is a value at all. */
  readonly isThere: boolean;
  /** An error that names the file, the place and what is there. */
  wrong(problem: string): InputError;
  at(key: string): JsonPlace;
  /** @throws InputError unless it is a list. */
  list(): JsonPlace[];
  /** @throws InputError unless it is an object. */
  object(): JsonPlace;
  /** @throws InputError unless it is a text that is not empty. */
  text(): string;
  /** @throws InputError unless it is a finite number. */
  number(): number;
  /** @throws InputError unless it is a whole number above 0. */
  count(): number;
  /** As ISO 8601 in UTC. @throws InputError unless it is a date. */
  time(): string;
}

/** @throws InputError where the text is no JSON. */
export function parseJson(text: string, file: string): JsonPlace {
  try {
    return placed(JSON.parse(text.replace(/^\ufeff/, "")), file, "");
  } catch (cause) {
    throw new InputError(file, `is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function placed(value: unknown, file: string, path: string): JsonPlace {
  const wrong = (problem: string): InputError => new InputError(file, `${path || "it"} ${problem}, got ${shown(value)}`);
  const place: JsonPlace = {
    value,
    isThere: value !== undefined && value !== null,
    wrong,
    at: (key) => placed(isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined, file, path === "" ? key : `${path}.${key}`),
    list() {
      if (!Array.isArray(value)) throw wrong("must be a list");
      return value.map((one, i) => placed(one, file, `${path}[${i}]`));
    },
    object() {
      if (!isObject(value)) throw wrong("must be an object");
      return place;
    },
    text() {
      if (typeof value !== "string" || value.trim() === "") throw wrong("must be a text");
      return value;
    },
    number() {
      if (typeof value !== "number" || !Number.isFinite(value)) throw wrong("must be a number");
      return value;
    },
    count() {
      if (!(Number.isInteger(value) && Number(value) > 0)) throw wrong("must be a whole number above 0");
      return Number(value);
    },
    time() {
      const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
      if (Number.isNaN(time)) throw wrong("must be a date");
      return new Date(time).toISOString();
    },
  };
  return place;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Enough of a value to know it again. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
