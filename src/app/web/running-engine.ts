/** The engine in a worker of its own: started by the first call, and by the next one after it has stopped. */
import { type EngineClient, engineClient } from "./engine-client.ts";
import { strings } from "./strings.ts";

export interface RunningEngine {
  readonly call: EngineClient["call"];
  isStarted(): boolean;
  stop(): void;
}

/** @param onStop - told when the engine has gone, whoever ended it, and what was open in it with it. */
export function runningEngine(onStop: () => void): RunningEngine {
  let running: { readonly worker: Worker; readonly client: EngineClient } | undefined;
  const stop = (): void => {
    running?.worker.terminate();
    running = undefined;
    onStop();
  };
  const start = (): EngineClient => {
    const worker = new Worker(new URL("./engine-worker.ts", import.meta.url), { type: "module", name: "roentgen-engine" });
    const client = engineClient(worker);
    running = { worker, client };
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      stop();
      client.fail(new Error(`${strings.engineStopped} ${event.message ?? ""}`.trimEnd()));
    });
    return client;
  };
  return {
    call: (name, input, options) => (running?.client ?? start()).call(name, input, options),
    isStarted: () => running !== undefined,
    stop,
  };
}
