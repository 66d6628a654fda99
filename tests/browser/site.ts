/** A site on loopback, with the content policy of a page that keeps its pictures to itself. */

import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";

export interface Site {
  readonly origin: string;
  close(): Promise<void>;
}

const types: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".wgsl": "text/plain",
};

/** Nothing may be fetched from elsewhere, not even from the page itself by data and blob URLs. */
const policy = (scripts: string): string =>
  `default-src 'none'; script-src ${scripts} 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'; img-src 'self'; style-src 'unsafe-inline'`;

/**
 * Serves files by the beginning of their path: the rest is looked for in the folder that it leads to. A path that leads to a text in
 * `pages` is that page.
 */
export async function serve(
  folders: Readonly<Record<string, string>>,
  {
    pages = {},
    inlineScripts = false,
    headers = { "content-security-policy": policy(inlineScripts ? "'self' 'unsafe-inline'" : "'self'") },
  }: {
    readonly pages?: Readonly<Record<string, string>>;
    readonly inlineScripts?: boolean;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Promise<Site> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://site");
    const found = await contentOf(decodeURIComponent(pathname), folders, pages);
    if (!found) return response.writeHead(404).end();
    const length = Buffer.byteLength(found.content);
    return response.writeHead(200, { "content-type": found.type, "content-length": length, ...headers }).end(found.content);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { origin: `http://127.0.0.1:${portOf(server)}`, close };
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

async function contentOf(
  path: string,
  folders: Readonly<Record<string, string>>,
  pages: Readonly<Record<string, string>>,
): Promise<{ readonly content: string | Buffer; readonly type: string } | undefined> {
  if (Object.hasOwn(pages, path)) return { content: pages[path], type: "text/html" };
  const beginning = Object.keys(folders).find((candidate) => path.startsWith(candidate));
  if (beginning === undefined || path.includes("..")) return undefined;
  const file = `${folders[beginning]}/${path.slice(beginning.length)}${path.endsWith("/") ? "index.html" : ""}`;
  const content = await readFile(file).catch(() => undefined);
  return content && { content, type: types[extname(file)] ?? "application/octet-stream" };
}
