/** What runs in a worker: tasks come in, batches go out, in the order they came. */
import { InputError } from "../bytes.ts";
import { type BatchTask, type BatchValues, exampleCache, makeBatch } from "./batch.ts";

/** What a worker is told. */
export type Request = { readonly cacheBytes: number } | { readonly task: BatchTask };

/** What it answers to a task. An error of a class of ours does not pass between threads, so its parts do. */
export type Answer = { readonly batch: BatchValues } | { readonly error: string; readonly isInput: boolean };

const port = globalThis.process?.getBuiltinModule?.("node:worker_threads").parentPort;
let cache = exampleCache(0);

async function answer(task: BatchTask): Promise<void> {
  try {
    const batch = await makeBatch(task, cache);
    send({ batch }, [batch.images.data.buffer, batch.targets.data.buffer]);
  } catch (cause) {
    send({ error: cause instanceof Error ? cause.message : String(cause), isInput: cause instanceof InputError }, []);
  }
}

function send(message: Answer, transfer: readonly ArrayBufferLike[]): void {
  const buffers = transfer.filter((buffer) => buffer instanceof ArrayBuffer);
  if (port) port.postMessage(message, buffers);
  else globalThis.postMessage(message, { transfer: buffers });
}

function receive(request: Request): void {
  if ("task" in request) void answer(request.task);
  else cache = exampleCache(request.cacheBytes);
}

if (port) port.on("message", receive);
else globalThis.addEventListener("message", ({ data }: MessageEvent<Request>) => receive(data));
