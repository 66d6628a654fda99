/** What went wrong, for a person: a heading that says what to do, and the engine's own words below it. */
import { DeviceError } from "../../gpu/device-error.ts";
import { strings } from "./strings.ts";

export interface FailureText {
  readonly heading: string;
  readonly detail: string;
}

/**
 * Undefined for what was cancelled, since that is no failure.
 * @param heading - where it is not the GPU that has failed.
 */
export function failureText(error: unknown, heading: string = strings.noScore): FailureText | undefined {
  if (!(error instanceof Error)) return { heading, detail: String(error) };
  if (error.name === "AbortError") return undefined;
  if (error instanceof DeviceError) return { heading: strings.failure[error.reason], detail: error.message.replace(/^device: /, "") };
  return { heading, detail: error.message };
}
