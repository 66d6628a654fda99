/** Page and engine understand each other: answers reach who asked, progress comes before them, errors keep their kind, calls can be ended. */
import { afterEach, expect, test } from "vitest";
import { type EngineClient, engineClient } from "../../../src/app/web/engine-client.ts";
import { type Handlers, serveEngine } from "../../../src/app/web/engine-server.ts";
import { InputError } from "../../../src/bytes.ts";
import { DeviceError } from "../../../src/gpu/device-error.ts";

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

/** Both ends, with an engine of which only some calls do anything. */
function line(handlers: Partial<Handlers>): EngineClient {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  serveEngine(port2, handlers);
  const client = engineClient(port1);
  port1.start();
  port2.start();
  return client;
}

const scored = (score: number) => ({ predictions: [{ label: "covid", score }], milliseconds: { decode: 0, preprocess: 0, run: 0 } });

test("answers reach who asked, in whatever order they come", async () => {
  const waiting = new Map<unknown, () => void>();
  const client = line({
    predict: ({ picture }) => new Promise((resolve) => waiting.set(picture, () => resolve(scored(Number(picture))))),
  });
  const [first, second] = ["0.25", "0.75"].map((picture) => client.call("predict", { picture }));
  await expect.poll(() => waiting.size).toBe(2);
  waiting.get("0.75")?.();
  expect((await second).predictions[0].score).toBe(0.75);
  waiting.get("0.25")?.();
  expect((await first).predictions[0].score).toBe(0.25);
});

test("progress is told before the answer, with its sizes", async () => {
  const client = line({
    predict: async (_, { report }) => {
      for (const done of [1, 2]) report({ stage: "download", name: "weights", done, total: 2 });
      return scored(1);
    },
  });
  const told: number[] = [];
  await client.call("predict", { picture: "a" }, { onProgress: ({ done, total }) => told.push(done / total) });
  expect(told).toEqual([0.5, 1]);
});

test("arrays of numbers are moved, not copied", async () => {
  const data = Uint8Array.of(1, 2, 3, 4);
  const client = line({ read: async () => ({ film: [{ width: 2, height: 2, bitDepth: 8, data }], notes: [], findings: [] }) });
  const { film } = await client.call("read", { picture: "a" });
  expect([...film[0].data]).toEqual([1, 2, 3, 4]);
  expect(data.length).toBe(0);
});

test("a device's failure keeps its reason, and a film's its class and words", async () => {
  const client = line({
    predict: () => Promise.reject(new DeviceError("was lost, driver", { reason: "lost" })),
    read: () => Promise.reject(new InputError("a.png", "is damaged: at byte 3")),
  });
  const lost = await client.call("predict", { picture: "a" }).catch((error: unknown) => error);
  expect(lost).toBeInstanceOf(DeviceError);
  expect(lost).toMatchObject({ message: "device: was lost, driver", reason: "lost" });
  const damaged = await client.call("read", { picture: "a" }).catch((error: unknown) => error);
  expect(damaged).toBeInstanceOf(InputError);
  expect(damaged).toMatchObject({ message: "a.png: is damaged: at byte 3" });
});

test("a call that is ended rejects at once, and the engine is told to stop", async () => {
  const signals: AbortSignal[] = [];
  const client = line({
    predict: (_, { signal }) => {
      signals.push(signal);
      return new Promise(() => {});
    },
  });
  const controller = new AbortController();
  const call = client.call("predict", { picture: "a" }, { signal: controller.signal });
  await expect.poll(() => signals.length).toBe(1);
  controller.abort();
  await expect(call).rejects.toMatchObject({ name: "AbortError" });
  await expect.poll(() => signals[0].aborted).toBe(true);
});

test("an engine that stops leaves nobody waiting", async () => {
  const client = line({ predict: () => new Promise(() => {}) });
  const call = client.call("predict", { picture: "a" });
  client.fail(new Error("the engine stopped"));
  await expect(call).rejects.toThrow("the engine stopped");
});

test("a call that no engine knows is an error, not silence", async () => {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  serveEngine(port2, {});
  const answer = new Promise((resolve) => port1.addEventListener("message", ({ data }) => resolve(data)));
  port1.start();
  port2.start();
  port1.postMessage({ id: 1, call: "teleport" });
  expect(await answer).toEqual({ id: 1, failure: { name: "TypeError", message: 'engine: unknown call "teleport"' } });
});
