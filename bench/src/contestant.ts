/** A contestant as the parent sees it: a process that is started, asked, and started again when it has ended. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { DeviceOptions } from "../../src/gpu/device.ts";
import type { Answers, Question, Reply } from "./protocol.ts";

export interface Contestant {
  readonly name: string;
  ask<Name extends keyof Answers>(ask: Name, ...args: Answers[Name]["arguments"]): Promise<Answers[Name]["answer"]>;
  /** Ends the process; the next question starts a fresh one. */
  end(): Promise<void>;
}

const script = fileURLToPath(new URL("worker.ts", import.meta.url));

/**
 * Whoever is not asked stands still. Thread pools spin for a while after their work: ONNX Runtime's CPU provider took half a core from
 * whoever came after it, a third of the time of a short operation. Windows has no such signals.
 */
const STAND_STILL = "SIGSTOP";
const GO_ON = "SIGCONT";
const canStop = process.platform !== "win32";

const alive = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of alive) child.kill("SIGKILL");
});
// Processes that stand still would stay.
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => process.exit(1));

/** What a process may say of itself before it ends, for messages. */
const LAST_WORDS = 300;

export interface ContestantOptions {
  readonly device: DeviceOptions;
  /** Added to this process's. */
  readonly environment: Readonly<Record<string, string>>;
  /** How long an answer may take. */
  readonly limitMs: number;
}

export function contestant(name: string, { device, environment, limitMs }: ContestantOptions): Contestant {
  let running: Promise<ChildProcess> | undefined;
  let stderr = "";

  const start = (): Promise<ChildProcess> => {
    stderr = "";
    const child = fork(script, [name, JSON.stringify(device)], {
      env: { ...process.env, ...environment },
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-LAST_WORDS);
    });
    alive.add(child);
    child.once("exit", () => {
      alive.delete(child);
      running = undefined;
    });
    return reply(child).then(() => child);
  };
  const signal = (child: ChildProcess, name: NodeJS.Signals): void => {
    if (canStop && child.exitCode === null && child.signalCode === null) child.kill(name);
  };

  /** The next message of the process; it rejects where the process ends first or is silent for too long. */
  const reply = (child: ChildProcess): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const settle = (then: () => void): void => {
        clearTimeout(timer);
        child.off("message", onMessage).off("exit", onExit);
        then();
      };
      const onMessage = ({ answer, error }: Reply): void =>
        settle(() => (error === undefined ? resolve(answer) : reject(new Error(error))));
      const onExit = (code: number | null, signal: string | null): void =>
        settle(() => reject(new Error(`ended with ${signal ?? code}: ${lastLine(stderr)}`)));
      const timer = setTimeout(() => {
        settle(() => reject(new Error(`no answer in ${limitMs / 1000} s`)));
        child.kill("SIGKILL");
      }, limitMs);
      child.on("message", onMessage).on("exit", onExit);
    });

  return {
    name,
    async ask(ask, ...args) {
      running ??= start();
      const child = await running.catch((error: unknown) => {
        running = undefined;
        throw error;
      });
      signal(child, GO_ON);
      const answer = reply(child);
      const question: Question = { ask, args };
      child.send(question);
      try {
        // What the answer is follows from the question; the worker keeps to the same table.
        return (await answer) as never;
      } finally {
        signal(child, STAND_STILL);
      }
    },
    async end() {
      const child = await running?.catch(() => undefined);
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** The line that names the error, where there is one. */
const lastLine = (text: string): string => text.split("\n").find((line) => /error/i.test(line)) ?? text.trim().split("\n").at(-1) ?? "";
