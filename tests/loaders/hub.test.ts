/** Files of the hub are fetched once, checked by their hash, and resumed; here from a server of the test's own. */
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { InputError } from "../../src/bytes.ts";
import { parseHubId } from "../../src/loaders/hub.ts";
import { writeSafetensors } from "../../src/loaders/safetensors.ts";
import { readWeights } from "../../src/loaders/weights-file.ts";

const weights = writeSafetensors(new Map([["fc.bias", { shape: [1000], data: Float32Array.from({ length: 1000 }, (_, i) => i) }]]), {
  dtype: "F32",
});
const config = {
  architecture: "resnet50",
  num_classes: 2,
  label_names: ["normal", "covid"],
  pretrained_cfg: {
    input_size: [3, 224, 224],
    interpolation: "bicubic",
    crop_pct: 0.95,
    crop_mode: "center",
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  },
};

/** A repository's file: in large storage (hash by SHA-256, served from elsewhere) or in git's. */
interface Served {
  readonly data: Uint8Array;
  readonly large: boolean;
}

let files: Map<string, Served>;
let requests: string[];
/** Bytes after which the connection is cut, once. */
let cutAt: number | undefined;
let cut = (): void => {};
let cache: string;

const hash = ({ data, large }: Served): string =>
  large ? createHash("sha256").update(data).digest("hex") : createHash("sha1").update(`blob ${data.length}\0`).update(data).digest("hex");

function answer(request: IncomingMessage, response: ServerResponse): void {
  const { url = "", method = "", headers } = request;
  requests.push(`${method} ${url}${headers.range ? ` ${headers.range}` : ""}`);
  const served = files.get(url.replace(/^\/cdn/, ""));
  if (!served) {
    response.writeHead(404).end();
    return;
  }
  if (served.large && !url.startsWith("/cdn")) {
    const head = { location: `/cdn${url}`, "x-linked-etag": `"${hash(served)}"`, "x-linked-size": served.data.length };
    response.writeHead(302, head).end();
    return;
  }
  const begin = Number(/bytes=(\d+)-/.exec(headers.range ?? "")?.[1] ?? 0);
  const body = served.data.subarray(begin);
  response.writeHead(begin > 0 ? 206 : 200, { etag: `"${hash(served)}"`, "content-length": body.length });
  if (method === "HEAD") response.end();
  else if (cutAt === undefined) response.end(body);
  else {
    response.write(body.subarray(0, cutAt));
    cut = () => response.socket?.destroy();
    cutAt = undefined;
  }
}

const server = createServer(answer);
beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => server.close());

beforeEach(() => {
  files = new Map([
    ["/timm/resnet50/resolve/main/model.safetensors", { data: weights, large: true }],
    ["/timm/resnet50/resolve/main/config.json", { data: new TextEncoder().encode(JSON.stringify(config)), large: false }],
  ]);
  requests = [];
  cutAt = undefined;
  cache = mkdtempSync(join(tmpdir(), "roentgen-hub-"));
  vi.stubEnv("ROENTGEN_CACHE", cache);
  vi.stubEnv("HF_HUB_OFFLINE", "");
  const address = server.address();
  if (typeof address !== "object") throw new Error("the server has no port");
  vi.stubEnv("HF_ENDPOINT", `http://127.0.0.1:${address?.port}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true });
});

const gets = (): string[] => requests.filter((request) => request.startsWith("GET"));

test("an id names a repository, a file in it, and a revision", () => {
  expect(parseHubId("hf:timm/resnet50.tv_in1k")).toEqual({ repository: "timm/resnet50.tv_in1k", revision: "main" });
  expect(parseHubId("hf:a/b/c/d.pth@v1.0")).toEqual({ repository: "a/b", file: "c/d.pth", revision: "v1.0" });
  for (const id of ["hf:", "hf:a", "hf:a/../b", "hf:a/b/../../c", "hf:a/b@..", "hf:a/b c"])
    expect(() => parseHubId(id)).toThrow(InputError);
});

test("the usual file is found, with network, classes and preprocessing from timm's config", async () => {
  const progress: number[] = [];
  const read = await readWeights("hf:timm/resnet50", { onProgress: (_, loaded) => progress.push(loaded) });
  expect([...read.tensors.keys()]).toEqual(["fc.bias"]);
  expect(read.metadata).toMatchObject({ arch: "resnet50", classes: '["normal","covid"]' });
  expect(JSON.parse(read.metadata.input)).toEqual({
    size: 224,
    channels: 3,
    resize: "shorter side",
    shorterSide: 235,
    crop: "centre",
    interpolation: "bicubic antialias",
    scale: "1/255",
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  });
  expect(progress).toContain(weights.length);
  expect(readFileSync(join(cache, "hub/timm/resnet50/main/model.safetensors"))).toEqual(Buffer.from(weights));
});

test("what the cache holds is asked for again, but not fetched", async () => {
  await readWeights("hf:timm/resnet50");
  requests = [];
  await readWeights("hf:timm/resnet50");
  expect(gets()).toEqual([]);
  expect(requests.length).toBeGreaterThan(0);
  const file = "/timm/resnet50/resolve/main/model.safetensors";
  files.set(file, {
    data: writeSafetensors(new Map([["fc.bias", { shape: [1], data: Float32Array.of(1) }]]), { dtype: "F32" }),
    large: true,
  });
  expect((await readWeights("hf:timm/resnet50")).tensors.get("fc.bias")?.shape).toEqual([1]);
});

test("a download that was cut off goes on where it ended", async () => {
  cutAt = 1000;
  // Not before the bytes have arrived: what a client has not yet read is lost with the connection.
  const onProgress = (_: string, loaded: number): void => {
    if (loaded === 1000) cut();
  };
  await expect(readWeights("hf:timm/resnet50/model.safetensors", { onProgress })).rejects.toThrow(
    /was cut off at byte 1000 of \d+; the next attempt goes on there/,
  );
  expect(existsSync(join(cache, "hub/timm/resnet50/main/model.safetensors"))).toBe(false);
  await readWeights("hf:timm/resnet50/model.safetensors");
  expect(gets().some((request) => request.endsWith("bytes=1000-"))).toBe(true);
});

test("a file that arrives damaged is thrown away", async () => {
  const file = "/timm/resnet50/resolve/main/model.safetensors";
  const [served, ...folder] = [files.get(file), "hub", "timm", "resnet50", "main"];
  if (!served) throw new Error("no file");
  const damaged = Uint8Array.from(served.data);
  damaged[500] ^= 1;
  // The first answer names the right hash, the storage then serves other bytes.
  const get = vi.spyOn(files, "get");
  get.mockImplementation((path) => (path === file && requests.at(-1)?.includes("/cdn") ? { data: damaged, large: true } : served));
  await expect(readWeights("hf:timm/resnet50/model.safetensors")).rejects.toThrow("arrived damaged: its hash is");
  expect(readdirSync(join(cache, ...folder))).toEqual([]);
});

test("offline the cache must do, and where it cannot the message says so", async () => {
  await readWeights("hf:timm/resnet50");
  vi.stubEnv("HF_ENDPOINT", "http://127.0.0.1:1");
  expect((await readWeights("hf:timm/resnet50")).tensors.size).toBe(1);
  await expect(readWeights("hf:timm/resnet18")).rejects.toThrow(
    /^hf:timm\/resnet18\/model\.safetensors: cannot be fetched from http:\/\/127\.0\.0\.1:1 \(is this machine offline\?\), and is not in the cache/,
  );
});

test("HF_HUB_OFFLINE makes no request at all", async () => {
  await readWeights("hf:timm/resnet50");
  requests = [];
  vi.stubEnv("HF_HUB_OFFLINE", "1");
  expect((await readWeights("hf:timm/resnet50")).metadata.arch).toBe("resnet50");
  await expect(readWeights("hf:timm/resnet18")).rejects.toThrow("HF_HUB_OFFLINE forbids to fetch it");
  expect(requests).toEqual([]);
});

test("files of this machine make no request", async () => {
  const path = join(cache, "local.safetensors");
  writeFileSync(path, weights);
  await readWeights(path);
  expect(requests).toEqual([]);
});

test("what the hub does not have is named", async () => {
  await expect(readWeights("hf:timm/nothing")).rejects.toThrow("hf:timm/nothing: has neither model.safetensors nor pytorch_model.bin");
  await expect(readWeights("hf:timm/resnet50/other.pth")).rejects.toThrow("hf:timm/resnet50/other.pth: there is no such file on the hub");
});
