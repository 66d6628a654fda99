/** Weights on their way into a page, with their progress told. */
import { InputError, nameOf, readBytes, type Source } from "../../bytes.ts";
import { keepWeights, keptResponse } from "./kept-weights.ts";

export interface FetchOptions {
  readonly signal?: AbortSignal;
  /** Bytes so far and in all; 0 where the server does not say. */
  readonly onProgress?: (loaded: number, total: number) => void;
  /** Whether they stay on the device and are taken from there the next time; for addresses whose contents never change. */
  readonly keep?: boolean;
}

/**
 * Reads weights from a URL piece by piece, or from a file at once.
 * @throws InputError where the server refuses or cannot be reached; DOMException "AbortError" where it was cancelled.
 */
export async function fetchWeights(
  source: Source,
  { signal, onProgress, keep = false }: FetchOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  if (typeof source !== "string" && !(source instanceof URL)) return readBytes(source);
  const kept = keep ? await keptResponse(String(source)) : undefined;
  const response = kept ?? (await responseFrom(source, signal));
  // A length is that of what is sent, which is shorter where it is compressed.
  const total = response.headers.has("content-encoding") ? 0 : Number(response.headers.get("content-length") ?? 0);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let loaded = 0;
  if (response.body === null) return readBytes(await response.arrayBuffer());
  for (const reader = response.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    loaded += value.length;
    onProgress?.(loaded, total);
  }
  const bytes = joined(parts, loaded);
  if (keep && !kept) await keepWeights(String(source), bytes);
  return bytes;
}

async function responseFrom(source: string | URL, signal?: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(source, { signal });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new InputError(nameOf(source), "cannot be fetched", { cause });
  }
  if (!response.ok) throw new InputError(nameOf(source), `the server answered ${response.status} ${response.statusText}`.trimEnd());
  return response;
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length);
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}
