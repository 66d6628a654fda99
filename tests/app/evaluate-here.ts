/** `evaluate` within this process: scores that are read from a table need no device, and starting a process takes longer. */
import { vi } from "vitest";
import { evaluateCommand } from "../../src/app/evaluate.ts";

/** What it writes to stdout, with few resamples for its intervals; whoever calls it restores what is mocked. */
export async function evaluate(...args: readonly string[]): Promise<string> {
  let stdout = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    stdout += text;
    return true;
  });
  const command = evaluateCommand()
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  await command.parseAsync(["--quiet", "--resamples", "100", ...args], { from: "user" });
  return stdout;
}
