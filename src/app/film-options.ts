/** How a command line asks for its films to be read and checked. */
import { type Command, Option } from "commander";
import type { Checks, ReadOptions } from "../models/picture.ts";
import { wholeNumber } from "./command-line.ts";

export interface FilmOptions {
  readonly frame?: number;
  readonly pixels?: "stored" | "display";
  readonly window?: number;
  readonly checks: Checks;
}

/** Which of a DICOM film's pixels are read. */
export const pixelsOption = (): Option =>
  new Option("--pixels <kind>", "DICOM's stored values, as networks are trained on, or as its look-up tables display them")
    .choices(["stored", "display"])
    .default("stored");

/** Adds the options that say how films are read. */
export function withFilmOptions(command: Command): Command {
  return command
    .option("--frame <n>", "which frame of a DICOM file or page of a TIFF, from 1", wholeNumber(1))
    .addOption(pixelsOption())
    .option("--window <n>", "which of a DICOM file's windows, with --pixels display", wholeNumber(1))
    .addOption(
      new Option(
        "--checks <rule>",
        "what is no chest film, or is read wrongly, is refused, or told and answered all the same, or not looked for",
      )
        .choices(["refuse", "warn", "off"])
        .default("refuse"),
    );
}

/** The same for whatever reads films. */
export const readOptionsOf = ({ frame, pixels, window, checks }: FilmOptions): ReadOptions => ({ frame, pixels, window, checks });
