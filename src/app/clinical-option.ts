/** The numbers of one film that a command line gives to networks that read them. */
import { type Command, InvalidArgumentError } from "commander";
import { InputError } from "../bytes.ts";
import type { FilmPicture, Picture } from "../models/picture.ts";
import { list } from "./arguments.ts";

export interface ClinicalOptions {
  readonly clinical?: Readonly<Record<string, number>>;
}

export const withClinicalOption = (command: Command): Command =>
  command.option("--clinical <name=value,…>", "the film's numbers, such as age=63, for a model that reads them beside it", parsed);

function parsed(text: string): Record<string, number> {
  const entries = list(text).map((part) => {
    const [, name, value = ""] = /^([^=]+)=(.+)$/.exec(part) ?? [];
    if (name === undefined || value.trim() === "" || !Number.isFinite(Number(value)))
      throw new InvalidArgumentError("it reads name=number,name=number.");
    return [name.trim(), Number(value)] as const;
  });
  return Object.fromEntries(entries);
}

/**
 * One film's numbers are not another's.
 * @throws InputError where there are numbers, and several films.
 */
export function checkOneFilm(files: readonly string[], { clinical }: ClinicalOptions): void {
  if (clinical && files.length > 1)
    throw new InputError("clinical", `are of one film, there are ${files.length}; evaluate takes them from a table's columns`);
}

/** The film with its numbers, where there are some. */
export const besideValues = (film: FilmPicture, { clinical }: ClinicalOptions): Picture => (clinical ? { film, clinical } : film);
