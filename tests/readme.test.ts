/** Every command and every program in the README runs, and writes something to stdout. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");

/** Where they run: all of the project by links, so that what they write lies outside it. */
const folder = mkdtempSync(join(tmpdir(), "roentgen-readme-"));
for (const name of readdirSync(root)) if (!name.startsWith(".")) symlinkSync(join(root, name), join(folder, name));
afterAll(() => rmSync(folder, { recursive: true }));

/** The contents of the code blocks of a language. */
const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map(([, content]) => content);

/** The commands that run a program of ours, in blocks and within lines; those with an ellipsis are patterns, not commands. */
function commands(): string[] {
  const lines = blocks("sh").flatMap((block) => block.replaceAll("\\\n", " ").split("\n"));
  const inBlocks = lines.flatMap((line) => line.split("&&")).map((command) => command.trim());
  const inText = [...readme.matchAll(/`(npx tsx [^`]+)`/g)].map(([, command]) => command);
  return [...new Set([...inBlocks, ...inText])].filter((command) => command.startsWith("npx tsx ") && !command.includes("…"));
}

/** Runs a command line in the folder, to its end. */
const run = (commandLine: string): Promise<{ code: number | null; stdout: string; stderr: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn(commandLine, { cwd: folder, shell: true, stdio: ["ignore", "pipe", "pipe"] });
    const texts = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        texts[name] += text;
      });
    }
    child.on("error", reject).on("close", (code) => resolve({ code, ...texts }));
  });

test("the README has commands and a program", () => {
  expect(commands()).toContain("npx tsx src/app/infer.ts samples/phantom.png");
  expect(blocks("ts").length).toBeGreaterThan(0);
});

test.each(commands())("%s", async (command) => {
  const { code, stdout, stderr } = await run(command);
  expect([code, stderr.match(/^error: .*/m)?.[0]], stderr).toEqual([0, undefined]);
  expect(stdout.trim()).not.toBe("");
});

describe("a program", () => {
  test.each(blocks("ts").map((block, i) => [i + 1, block] as const))("no. %i", async (number, block) => {
    // The package's own name leads to what is built of it; here to its sources.
    const program = join(folder, `example-${number}.ts`);
    writeFileSync(program, block.replaceAll('from "roentgen"', `from ${JSON.stringify(join(root, "src/index.ts"))}`));
    const { code, stdout, stderr } = await run(`npx tsx ${program}`);
    expect(code, stderr).toBe(0);
    if (block.includes("console.log(")) expect(stdout.trim()).not.toBe("");
  });
});
