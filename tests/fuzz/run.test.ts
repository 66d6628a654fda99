/** No loader crashes, hangs or takes memory beyond its means on spoilt files: a short fuzz run, the long one is run by hand. */
import { expect, test } from "vitest";
import { runProgram } from "../run-program.ts";

test("100 spoilt files of each family end well", async () => {
  const { code, stdout, stderr } = await runProgram("tests/fuzz/run.ts", ["--count", "100"]);
  expect(stdout.trimEnd().split("\n").at(-1), stdout + stderr).toMatch(/^\d+ passed, 0 failed$/);
  expect(code).toBe(0);
});

test("an unknown family is a usage error", async () => {
  expect((await runProgram("tests/fuzz/run.ts", ["--only", "nothing"])).code).toBe(2);
});
