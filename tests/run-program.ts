/** Runs a program of the repository in a process of its own, as a person would. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** How a process ended, and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `program`, a path from the repository's root, with variables set beside those of this process and `stdin` to read. */
export const runProgram = (
  program: string,
  args: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
  stdin = "",
): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const script = fileURLToPath(new URL(`../${program}`, import.meta.url));
    const child = spawn(process.execPath, ["--import", "tsx", script, ...args], { env: { ...process.env, ...environment } });
    const texts = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        texts[name] += text;
      });
    }
    child.stdin.end(stdin);
    child.on("error", reject).on("close", (code) => resolve({ code, ...texts }));
  });

/** The lines of stderr that report an error. */
export const errorsOf = ({ stderr }: Ended): string[] => stderr.split("\n").filter((line) => line.startsWith("error: "));

/** What Dawn itself writes to stderr where there is no driver, or an adapter has more limits than it can use. */
const DAWN_WARNINGS = /^Warning: .*\n(?:\s+at \S+ \(.*\.cpp:\d+\)\n)*\n?/gm;

/** How a process ended, without what Dawn said. */
export const withoutDawn = ({ stderr, ...ended }: Ended): Ended => ({ ...ended, stderr: stderr.replace(DAWN_WARNINGS, "") });
