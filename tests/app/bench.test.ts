/** `bench` times networks and profiles one, as tables or as one JSON document. Figures are not judged here. */
import { describe, expect, test } from "vitest";
import { device } from "../device.ts";
import { type Ended, runProgram } from "../run-program.ts";

const bench = (...args: readonly string[]): Promise<Ended> => runProgram("src/app/bench.ts", args);

/** The smallest there is, so that any adapter is done soon. */
const small = ["--size", "32", "--rounds", "2"];

describe("networks", () => {
  test("are timed in the order given, as one JSON document", async () => {
    const { code, stdout } = await bench("--networks", "squeezenet1_1,unet_small", ...small, "--json");
    expect(code).toBe(0);
    const { tool, adapter, networks } = JSON.parse(stdout);
    expect({ tool, adapter }).toMatchObject({ tool: "roentgen", adapter: { class: expect.any(String) } });
    expect(networks.map(({ network }: { network: string }) => network)).toEqual(["squeezenet1_1", "unet_small"]);
    const [first] = networks;
    expect(first.input).toEqual([1, 3, 32, 32]);
    expect(first.runsMs).toHaveLength(2);
    for (const positive of ["macs", "launches", "pipelines", "weightBytes", "activationBytes", "compileMs", "firstRunMs", "medianMs"])
      expect(first[positive], positive).toBeGreaterThan(0);
  });

  test("have a row each in the table, and the adapter is told on stderr", async () => {
    const { stdout, stderr } = await bench("--networks", "squeezenet1_1", "--batch", "2", ...small);
    expect(stdout).toMatch(/^network +input +compile ms +first ms +run ms +spread +GMAC\/s +launches/);
    expect(stdout).toMatch(/^squeezenet1_1 +2 × 3 × 32 × 32 +\d+ /m);
    expect(stderr).toMatch(/^on .+\nsqueezenet1_1 …$/m);
  });

  test("that are unknown are an error before anything is timed", async () => {
    const { code, stdout, stderr } = await bench("--networks", "squeezenet1_1,resnte18");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("error: resnte18: no such network, did you mean resnet18?");
  });
});

test("a profile has the time and share of every launch, and of every shader", async ({ skip }) => {
  if (!(await device()).profile.timestamps) skip("the adapter has no timestamps");
  const { code, stdout } = await bench("--profile", "squeezenet1_1", ...small, "--json");
  expect(code).toBe(0);
  const { launches, shaders, totalMs } = JSON.parse(stdout).profile;
  const sumOf = (rows: readonly { medianMs: number }[]) => rows.reduce((sum, { medianMs }) => sum + medianMs, 0);
  expect(launches.length).toBeGreaterThan(20);
  expect(launches[0]).toMatchObject({ op: expect.any(String), shader: expect.any(String), shape: expect.any(Array) });
  expect(sumOf(launches)).toBeCloseTo(totalMs, 6);
  expect(sumOf(shaders)).toBeCloseTo(totalMs, 6);
  const { stdout: text } = await bench("--profile", "squeezenet1_1", ...small);
  expect(text).toMatch(/^squeezenet1_1, \[1, 3, 32, 32\], f32: \d+ launches, /);
  expect(text).toMatch(/^stage +op +shader +output +ms +share$/m);
});

test("help has examples and is no error", async () => {
  const { code, stdout } = await bench("--help");
  expect(code).toBe(0);
  expect(stdout).toContain("bench --profile resnet50");
});
