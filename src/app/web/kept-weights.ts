/** Weights that stay on the device, for use offline: entries of the browser's Cache Storage by their addresses. */

/** The service worker goes through it too. */
export const WEIGHTS_CACHE = "roentgen-weights";

/** Undefined where a page may keep nothing: it did not come over https, or the browser is told not to. */
const opened = async (): Promise<Cache | undefined> => globalThis.caches?.open(WEIGHTS_CACHE).catch(() => undefined);

/** What is kept under an address. */
export const keptResponse = async (address: string): Promise<Response | undefined> =>
  (await opened())?.match(address, { ignoreVary: true });

/** Keeps weights under their address. Where there is no room for them they are not kept, and fetched again the next time. */
export async function keepWeights(address: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const headers = { "content-type": "application/octet-stream", "content-length": String(bytes.length) };
  await (await opened())?.put(address, new Response(bytes, { headers })).catch(() => {});
}

/** The bytes of all that is kept, by its address. */
export async function keptSizes(): Promise<ReadonlyMap<string, number>> {
  const cache = await opened();
  const sizes = new Map<string, number>();
  for (const request of (await cache?.keys()) ?? []) {
    const response = await cache?.match(request);
    sizes.set(request.url, Number(response?.headers.get("content-length") ?? 0));
  }
  return sizes;
}

export const forgetWeights = async (address: string): Promise<unknown> => (await opened())?.delete(address);
