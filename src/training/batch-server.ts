/** What a worker does: tasks come in, batches go out, in the order they came. */
import { InputError } from "../bytes.ts";
import { type BatchTask, type BatchValues, type ExampleCache, exampleCache, makeBatch } from "./batch.ts";

/** What a worker is told. */
export type Request = { readonly cacheBytes: number } | { readonly task: BatchTask };

/** What it answers to a task. An error of a class of ours does not pass between threads, so its parts do. */
export type Answer = { readonly batch: BatchValues } | { readonly error: string; readonly isInput: boolean };

/** Serves the thread that started this one. */
export function serveBatches(): void {
  const port = globalThis.process?.getBuiltinModule?.("node:worker_threads").parentPort;
  let cache = exampleCache(0);
  const send: Send = (message, buffers) =>
    port ? port.postMessage(message, buffers) : globalThis.postMessage(message, { transfer: buffers });
  const receive = (request: Request): void => {
    if ("task" in request) void answer(request.task, cache, send);
    else cache = exampleCache(request.cacheBytes);
  };
  if (port) port.on("message", receive);
  else globalThis.addEventListener("message", ({ data }: MessageEvent<Request>) => receive(data));
}

type Send = (message: Answer, transfer: ArrayBuffer[]) => void;

async function answer(task: BatchTask, cache: ExampleCache, send: Send): Promise<void> {
  try {
    const batch = await makeBatch(task, cache);
    const { pictures, clinical } = batch.inputs;
    const tensors = [pictures, batch.targets, ...(clinical ? [clinical] : [])];
    const buffers = tensors.map(({ data }) => data.buffer).filter((buffer) => buffer instanceof ArrayBuffer);
    send({ batch }, buffers);
  } catch (cause) {
    send({ error: cause instanceof Error ? cause.message : String(cause), isInput: cause instanceof InputError }, []);
  }
}
