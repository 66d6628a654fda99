/** `info` tells what there is and what a network costs, as text or as one JSON document, and nothing else on stdout. */
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { writeSafetensors } from "../../src/loaders/safetensors.ts";
import { networks } from "../../src/models/registry.ts";
import { shippedModels } from "../../src/models/shipped.ts";
import { type Ended, runProgram } from "../run-program.ts";
import { scratchFolder } from "../scratch-folder.ts";

const { folder, put } = scratchFolder("info");

/** Under which no adapter is found: no driver of the system, and files where the embedded one would be unpacked into folders. */
const withoutAdapter = {
  VK_DRIVER_FILES: "/nonexistent.json",
  VK_ICD_FILENAMES: "/nonexistent.json",
  XDG_CACHE_HOME: folder,
  TMPDIR: folder,
};
for (const name of ["roentgen", `roentgen-${process.getuid?.()}`]) put(name, "");

const info = (args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Ended> =>
  runProgram("src/app/info.ts", args, environment);

/** A model file that describes itself; it needs no values to be told of. */
const modelFile = (name: string, metadata: Readonly<Record<string, string>>): string =>
  put(name, writeSafetensors(new Map(), { dtype: "F32", metadata }));

const described = {
  arch: "squeezenet1_1",
  task: "classification",
  classes: JSON.stringify(["normal", "covid"]),
  input: JSON.stringify({ size: 96, channels: 1, scale: "1/255" }),
};

describe("without arguments", () => {
  test("lists the adapter, every network and every shipped model", async () => {
    const { code, stdout } = await info(["--json"]);
    expect(code).toBe(0);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ tool: "roentgen", adapter: { class: expect.any(String), features: expect.any(Array) } });
    expect(document.adapter.limits.maxStorageBufferBindingSize).toBe(document.adapter.maxBindingBytes);
    expect(document.networks.map(({ name }: { name: string }) => name)).toEqual(Object.keys(networks));
    expect(document.networks[0]).toEqual({
      name: "resnet18",
      task: "classification",
      input: [3, 224, 224],
      classes: 1000,
      parameters: 11_689_512,
      macs: 1_814_073_344,
    });
    expect(document.models.map(({ name }: { name: string }) => name)).toEqual(shippedModels);
  });

  test("needs an adapter: exit 3 where there is none", async ({ skip }) => {
    if (process.platform !== "linux" || process.arch !== "x64") skip("only there are all adapters found by these variables");
    const { code, stdout, stderr } = await info([], withoutAdapter);
    expect([code, stdout]).toEqual([3, ""]);
    expect(stderr).toMatch(/^error: device: cannot unpack .*, EEXIST/m);
  });
});

describe("of a network", () => {
  test("tells its graph and totals at the size and batch asked for", async () => {
    const { code, stdout } = await info(["--arch", "resnet18", "--size", "64", "--batch", "2", "--classes", "3", "--json"]);
    expect(code).toBe(0);
    const { network, nodes, totals, launches, model } = JSON.parse(stdout);
    expect(network).toEqual({ arch: "resnet18", task: "classification", input: [2, 3, 64, 64], output: [2, 3], precision: "f32" });
    expect(nodes[0]).toMatchObject({ name: "pictures", shape: [2, 3, 64, 64] });
    expect(nodes.at(-1)).toMatchObject({ name: "fc", shape: [2, 3], parameters: 3 * 513 });
    expect(totals.parameters).toBe(11_689_512 - 997 * 513);
    expect([launches, model]).toEqual([undefined, undefined]);
  });

  test("as text has a row a node, the totals, and the launches where they are asked for", async () => {
    const { stdout } = await info(["--arch", "squeezenet1_1", "--launches"]);
    expect(stdout).toMatch(/^squeezenet1_1: classification, \[1, 3, 224, 224\] → \[1, 1000\], f32, on /);
    expect(stdout).toMatch(/^stage +op +inputs +output +parameters +M MACs +KiB +launches$/m);
    expect(stdout).toMatch(/^parameters +1,235,496$/m);
    expect(stdout).toMatch(/^runs +stage +op +kernel +overrides +workgroups +buffers$/m);
    const [, everyTime, once] = /^launches +(\d+) a run, (\d+) once$/m.exec(stdout) ?? [];
    expect(stdout.match(/^every time /gm)).toHaveLength(Number(everyTime));
    expect(stdout.match(/^once /gm)).toHaveLength(Number(once));
  });

  test("needs no adapter, and says on stderr what it was planned for", async ({ skip }) => {
    if (process.platform !== "linux" || process.arch !== "x64") skip("only there are all adapters found by these variables");
    const { code, stdout, stderr } = await info(["--arch", "squeezenet1_1", "--json"], withoutAdapter);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).adapter).toEqual({ class: "unknown", description: "the least that WebGPU asks of an adapter" });
    expect(stderr).toMatch(/planned for the least that WebGPU asks of an adapter/);
    expect(await info(["--arch", "squeezenet1_1", "--adapter", "software"], withoutAdapter)).toMatchObject({ code: 3, stdout: "" });
  });

  test("that is unknown is an error that names the nearest", async () => {
    const { code, stdout, stderr } = await info(["--arch", "resnte18"]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("error: resnte18: no such network, did you mean resnet18?");
  });

  test("that cannot take the size is an error", async () => {
    const { code, stderr } = await info(["--arch", "unet_resnet18", "--size", "50"]);
    expect(code).toBe(1);
    expect(stderr).toContain("input sides must be multiples of 32");
  });
});

describe("of a model file", () => {
  test("tells its metadata, its card and its network as the file has it", async () => {
    const path = modelFile("film.safetensors", described);
    put("film.md", "# film\n\nNot for clinical use.\n");
    const { code, stdout } = await info([path, "--json"]);
    expect(code).toBe(0);
    const { model, network } = JSON.parse(stdout);
    expect(model).toEqual({ name: path, metadata: described, card: "# film\n\nNot for clinical use.\n" });
    expect(network).toMatchObject({ arch: "squeezenet1_1", input: [1, 1, 96, 96], output: [1, 2] });
    expect((await info([path])).stdout).toMatch(/^# film\n\nNot for clinical use\.\n\nsqueezenet1_1: /);
  });

  test("without a card shows what the file says", async () => {
    const { stdout } = await info([modelFile("bare.safetensors", described)]);
    expect(stdout).toMatch(/^arch +squeezenet1_1\nclasses +\["normal","covid"\]\ninput +\{.*\}\ntask +classification\n\n/);
  });

  test("that does not name its network needs --arch, and one that does is not overruled", async () => {
    const nameless = modelFile("nameless.safetensors", {});
    expect(await info([nameless])).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining("no metadata that names its network"),
    });
    const told = await info([nameless, "--arch", "resnet18", "--json"]);
    expect(JSON.parse(told.stdout).network).toMatchObject({ arch: "resnet18", input: [1, 3, 224, 224] });
    const { code, stderr } = await info([modelFile("other.safetensors", described), "--arch", "resnet18"]);
    expect(code).toBe(1);
    expect(stderr).toContain("says that its network is squeezenet1_1, not resnet18");
  });

  test("that is not there is an error that names the nearest shipped model", async () => {
    const { code, stderr } = await info(["cxr-resnet8"]);
    expect(code).toBe(1);
    expect(stderr).toContain("cxr-resnet8: no such model, did you mean cxr-resnet18?");
  });
});

test("an unknown option names the nearest one and exits with 2", async () => {
  const { code, stdout, stderr } = await info(["--launch"]);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain("Did you mean --launches?");
});

test("help has examples and is no error", async () => {
  const { code, stdout } = await info(["--help"]);
  expect(code).toBe(0);
  expect(stdout).toContain("info --arch resnet50 --batch 8");
});

test("weights of another format are told of by what their file says", async () => {
  const path = fileURLToPath(new URL("../fixtures/weights/mobilenet.keras", import.meta.url));
  const { code, stdout, stderr } = await info([path, "--json"]);
  expect(code, stderr).toBe(0);
  const { network, model } = JSON.parse(stdout);
  expect(network).toMatchObject({ arch: "mobilenet_v2", input: [1, 3, 32, 32], output: [1, 3] });
  expect(model.metadata).toMatchObject({ epsilon: "0.001", samePadding: "true", widthMultiplier: "0.1" });
});
