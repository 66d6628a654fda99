/**
 * Keeps the page on the device, so that it opens without a network: all its files, of one build. Models are kept by the engine, one by one
 * (`kept-weights.ts`); those that the build no longer has are dropped here. It imports nothing at run time, since not every browser
 * takes a service worker of several files.
 */
import type { WEIGHTS_CACHE } from "./kept-weights.ts";

/** What the build put in: an id of its contents, the files of the page, and its models. */
declare const BUILT: { readonly version: string; readonly files: readonly string[]; readonly weights: readonly string[] };

/** The parts of a service worker's scope that are used, which the types of a window do not know. */
interface Scope {
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: "install" | "activate", listener: (event: Waitable) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetched) => void): void;
}
interface Waitable {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetched {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

const worker = globalThis as unknown as Scope;
const { scope } = worker.registration;

/** Of this page: several may lie on one origin, whose caches are one. */
const OURS = `roentgen-page ${scope} `;
const CACHE = OURS + BUILT.version;
const WEIGHTS: typeof WEIGHTS_CACHE = "roentgen-weights";

const addressOf = (file: string): string => new URL(file, scope).href;

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(activate()));
worker.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "GET" && url.startsWith(scope)) event.respondWith(answer(event.request));
});

async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  // Past the browser's own cache, which may hold a page of an older build.
  await cache.addAll(BUILT.files.map((file) => new Request(addressOf(file), { cache: "no-cache" })));
}

async function activate(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith(OURS) && name !== CACHE) await caches.delete(name);
  const current = BUILT.weights.map(addressOf);
  const weights = await caches.open(WEIGHTS);
  for (const { url } of await weights.keys()) if (url.startsWith(scope) && !current.includes(url)) await weights.delete(url);
  // The page that is open was loaded before, and may ask for more of its parts when there is no network.
  await worker.clients.claim();
}

async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const address = new URL(request.url);
  const isPage = [scope, addressOf("index.html")].includes(address.origin + address.pathname);
  return (await cache.match(isPage ? scope : request, { ignoreSearch: true, ignoreVary: true })) ?? fetch(request);
}
