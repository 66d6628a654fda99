/** A thread that makes batches: a worker thread under Node, a Web Worker in a page. */
import { InputError } from "../bytes.ts";
import type { BatchTask, BatchValues } from "./batch.ts";
import type { Answer, Request } from "./batch-server.ts";

/** Makes one batch at a time. */
export interface BatchWorker {
  /** @throws InputError for a sample that cannot be read; an Error where the worker itself ended. */
  make(task: BatchTask): Promise<BatchValues>;
  close(): Promise<void>;
}

/** The two kinds of worker as one. An idle one keeps no program from ending. */
interface Thread {
  post(request: Request): void;
  hold(isBusy: boolean): void;
  stop(): Promise<unknown>;
}

type Receiver = (answer: Answer) => void;
type Failure = (problem: string) => void;

export function openWorker(cacheBytes: number): BatchWorker {
  let waiting: { resolve(batch: BatchValues): void; reject(error: Error): void } | undefined;
  const settle = (act: (to: NonNullable<typeof waiting>) => void) => {
    const to = waiting;
    waiting = undefined;
    thread.hold(false);
    if (to) act(to);
  };
  const onAnswer: Receiver = (answer) =>
    settle(({ resolve, reject }) => ("batch" in answer ? resolve(answer.batch) : reject(errorOf(answer.error, answer.isInput))));
  let end: Error | undefined;
  const onFailure: Failure = (problem) => {
    end ??= new Error(`batch worker: ${problem}`);
    const error = end;
    settle(({ reject }) => reject(error));
  };
  const threads = globalThis.process?.getBuiltinModule?.("node:worker_threads");
  const thread = threads ? nodeThread(threads, onAnswer, onFailure) : webThread(onAnswer, onFailure);
  thread.post({ cacheBytes });
  return {
    make: (task) =>
      new Promise((resolve, reject) => {
        if (end) throw end;
        waiting = { resolve, reject };
        thread.hold(true);
        thread.post({ task });
      }),
    async close() {
      onFailure("was closed");
      await thread.stop();
    },
  };
}

/** An InputError as it was on the other side: its subject is the part before the first colon and blank. */
function errorOf(message: string, isInput: boolean): Error {
  if (!isInput) return new Error(message);
  const end = message.indexOf(": ");
  return new InputError(message.slice(0, end), message.slice(end + 2));
}

function nodeThread(threads: typeof import("node:worker_threads"), onAnswer: Receiver, onFailure: Failure): Thread {
  const worker = sourceOrBuilt(threads);
  worker.on("message", onAnswer);
  worker.on("error", (error: Error) => onFailure(error.message));
  worker.on("exit", () => onFailure("ended"));
  worker.unref();
  return {
    post: (request) => worker.postMessage(request),
    hold: (isBusy) => (isBusy ? worker.ref() : worker.unref()),
    stop: () => worker.terminate(),
  };
}

/**
 * What is built is JavaScript, which Node runs in a thread as it stands. Sources are TypeScript, which it runs only after tsx has been
 * registered in the thread itself.
 */
function sourceOrBuilt({ Worker }: typeof import("node:worker_threads")) {
  const isSource = import.meta.url.endsWith(".ts");
  const url = new URL(isSource ? "batch-worker.ts" : "batch-worker.js", import.meta.url);
  if (!isSource) return new Worker(url);
  const tsx = import.meta.resolve("tsx/esm/api");
  const program = `import(${JSON.stringify(tsx)}).then(({ register }) => { register(); return import(${JSON.stringify(url.href)}); })`;
  return new Worker(program, { eval: true });
}

/** Bundlers look for this very form, and find the source by the name of what is built of it. */
function webThread(onAnswer: Receiver, onFailure: Failure): Thread {
  const worker = new Worker(new URL("./batch-worker.js", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }: MessageEvent<Answer>) => onAnswer(data);
  worker.onerror = ({ message }) => onFailure(message || "cannot be started");
  return {
    post: (request) => worker.postMessage(request),
    hold: () => {},
    stop: async () => worker.terminate(),
  };
}
