/** `infer` as people and programs use it: results alone on stdout, one line on stderr for what is wrong, and an exit code that tells. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { version } from "../../src/app/version.ts";
import { decodeImage, type Image } from "../../src/loaders/image.ts";
import { encodePng } from "../../src/loaders/png.ts";
import { device } from "../device.ts";
import { type Ended, errorsOf, runProgram, withoutDawn } from "../run-program.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { changed, fileOf, tinyClassifier, tinySegmenter } from "../tiny-model.ts";

const { folder, put } = scratchFolder("infer");

function film(seed: number, width = 64, height = 48): Image {
  return { width, height, channels: 1, bitDepth: 8, data: Uint8Array.from({ length: width * height }, (_, i) => (seed * i) % 256) };
}

for (const part of ["films/more", "checks"]) mkdirSync(join(folder, part), { recursive: true });
const films = ["films/a.png", "films/b.png", "films/more/c.png"].map((name, i) => put(name, encodePng(film(2 * i + 3))));
const classes = ["normal", "pneumonia", "covid"];
const { metadata, tensors } = tinyClassifier(classes);
const classifier = put("cxr.safetensors", fileOf({ metadata: { ...metadata, thresholds: '{"covid": 0}' }, tensors }));
const bare = put("bare.safetensors", fileOf({ metadata: {}, tensors }));

/** Runs `infer`; whatever happens no stack is shown, nor escape codes where no terminal is. */
async function infer(args: readonly string[], stdin?: string): Promise<Ended> {
  const ended = withoutDawn(await runProgram("src/app/infer.ts", args, { CI: "true" }, stdin));
  expect(ended.stderr).not.toMatch(/^\s+at /m);
  expect(ended.stdout + ended.stderr).not.toContain("\x1b");
  return ended;
}

/** Checks that a run ended with a code, nothing on stdout, and one error. */
async function expectFailure(args: readonly string[], code: number, message: string | RegExp): Promise<void> {
  const ended = await infer(args);
  expect([ended.code, ended.stdout]).toEqual([code, ""]);
  const errors = errorsOf(ended);
  expect(errors).toHaveLength(1);
  if (typeof message === "string") expect(errors[0]).toBe(`error: ${message}`);
  else expect(errors[0]).toMatch(message);
}

describe("what was typed", () => {
  test("--help shows examples and exit codes, --version the package's version", async () => {
    const help = await infer(["--help"]);
    expect([help.code, help.stderr]).toEqual([0, ""]);
    expect(help.stdout).toMatch(/^Usage: infer \[options\] <files\.\.\.>$/m);
    expect(help.stdout).toMatch(/^Examples:\n {2}infer samples\/phantom\.png /m);
    expect(help.stdout).toContain("Exit codes: 0 done, 1 failed, 2 usage, 3 no usable GPU, 4 some inputs failed or got no answer.");
    expect(await infer(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  test.each<[string, string[], RegExp]>([
    ["an unknown option, with the nearest", ["film.png", "--modle", "x"], /^error: unknown option '--modle'$/],
    ["no files", ["--json"], /^error: missing required argument 'files'$/],
    ["no scores", ["film.png", "--top", "0"], /'--top <k>' argument '0' is invalid. an integer of at least 1 is needed\.$/],
    ["a batch of text", ["film.png", "--batch", "two"], /'--batch <n>' argument 'two' is invalid/],
    ["an adapter that is no kind of one", ["film.png", "--adapter", "gpu"], /Allowed choices are auto, hardware, software\.$/],
    [
      "a model and weights",
      ["film.png", "--model", "a", "--weights", "b"],
      /option '--weights <file>' cannot be used with option '--model/,
    ],
    ["a file of labels that is not there", ["film.png", "--labels", "no-such.txt"], /no such file or directory, open 'no-such\.txt'$/],
    ["a folder of labels", ["film.png", "--labels", tmpdir()], /EISDIR/],
  ])("%s is a usage error", async (_, args, message) => {
    await expectFailure(args, 2, message);
  });

  test("a usage error points to the nearest option and to --help", async () => {
    const { stderr } = await infer(["film.png", "--modle", "x"]);
    expect(stderr).toBe("error: unknown option '--modle'\n(Did you mean --model?)\n(--help shows the options)\n");
  });

  test("the same under one name: roentgen infer", async () => {
    const { code, stderr } = await runProgram("src/app/roentgen.ts", ["infer", "film.png", "--bacth", "2"]);
    expect([code, stderr.split("\n").slice(0, 2)]).toEqual([2, ["error: unknown option '--bacth'", "(Did you mean --batch?)"]]);
    const unknown = await runProgram("src/app/roentgen.ts", ["infre", "film.png"]);
    expect([unknown.code, unknown.stderr.split("\n").slice(0, 2)]).toEqual([
      2,
      ["error: unknown command 'infre'", "(Did you mean infer?)"],
    ]);
  });
});

describe("a model that cannot be used is one line and no score", () => {
  const lying = fileOf(tinySegmenter());
  new DataView(lying.buffer).setBigUint64(0, 2n ** 40n, true);
  const spoilt = changed(tinyClassifier(), "features.0.bias", () => Number.NaN);
  const [cutOff, headerLies, holdsNaN, text, missing] = [
    put("cut-off.safetensors", fileOf(tinyClassifier()).subarray(0, 1000)),
    put("lying.safetensors", lying),
    put("nan.safetensors", fileOf(spoilt)),
    put("text.safetensors", "<!DOCTYPE html><html>not found</html>"),
    join(folder, "missing.safetensors"),
  ];

  test.each<[string, string[], string | RegExp]>([
    ["an unknown name", ["--model", "cxr-resnet8"], "cxr-resnet8: no such model, did you mean cxr-resnet18?"],
    ["no such file", ["--model", missing], `${missing}: no such file`],
    ["a cut-off file", ["--model", cutOff], /^error: .*cut-off\.safetensors: is not a safetensors file: .* \(is it cut off\?\)$/],
    [
      "a header that lies about its length",
      ["--model", headerLies],
      /lying\.safetensors: is not a safetensors file: the header's length is 1099511627776/,
    ],
    [
      "a page in place of a file",
      ["--model", text],
      /text\.safetensors: is no known file of weights, begins with the text "<!DOCTYPE html><"/,
    ],
    ["weights with NaN", ["--model", holdsNaN], "features.0.bias: every value must be finite, got NaN at [0]"],
    [
      "weights of an unsaid network",
      ["--weights", bare],
      /bare\.safetensors: has no metadata that names its network; say which it is \(arch\)/,
    ],
    [
      "weights of another network",
      ["--weights", bare, "--arch", "resnet18"],
      /bare\.safetensors: the values do not fit the network, 102 missing \(conv1\.weight, /,
    ],
    ["an unknown network", ["--weights", bare, "--arch", "resnte18"], "resnte18: no such network, did you mean resnet18?"],
    ["too few labels", ["--weights", bare, "--arch", "squeezenet1_1", "--labels", "a,b"], `${bare}: has 3 classes, got 2 labels`],
  ])("%s", async (_, args, message) => {
    await expectFailure([films[0], ...args], 1, message);
  });
});

describe("scores", () => {
  test("of one film are lines of label, percentage and sign, and the rest is on stderr", async () => {
    const ended = await infer([films[0], "--model", classifier]);
    expect(ended.code).toBe(0);
    const lines = ended.stdout.split("\n");
    expect(lines.pop()).toBe("");
    expect(lines.map((line) => /^(\w+) {2,}[\d.]{3,5} %( {2}positive)?$/.exec(line)?.[1]).sort()).toEqual([...classes].sort());
    expect(lines.filter((line) => line.endsWith("positive"))).toEqual([expect.stringMatching(/^covid /)]);
    expect(ended.stderr).toContain(`${classifier} (squeezenet1_1) on ${(await device()).profile.description}\n`);
    expect(ended.stderr).toMatch(/^Research use only, not for clinical use\.$/m);
    expect(errorsOf(ended)).toEqual([]);
  });

  test("of a folder, a glob and a list on stdin are one JSON document, in the order of the files", async () => {
    const args = [
      join(folder, "films/more"),
      join(folder, "films/[ab].png"),
      "-",
      "--model",
      classifier,
      "--json",
      "--batch",
      "3",
      "--top",
      "2",
      "--checks",
      "off",
    ];
    const { code, stdout } = await infer(args, `${films[1]}\n${films[0]}\n`);
    expect(code).toBe(0);
    const { profile } = await device();
    const document = JSON.parse(stdout);
    expect(document).toEqual({
      tool: "roentgen",
      version,
      adapter: { class: profile.class, description: profile.description },
      model: { name: classifier, arch: "squeezenet1_1", task: "classification", classes, precision: "f32" },
      results: [films[2], films[0], films[1], films[1], films[0]].map((file) => ({
        file,
        predictions: [expect.anything(), expect.anything()],
        milliseconds: { decode: expect.any(Number), preprocess: expect.any(Number), run: expect.any(Number) },
      })),
    });
    const [, a, b, again] = document.results;
    expect(again.predictions).toEqual(b.predictions);
    expect(a.predictions).not.toEqual(b.predictions);
    expect(classes).toContain(a.predictions[0].label);
    expect(a.predictions[0].score).toBeGreaterThanOrEqual(a.predictions[1].score);
  });

  test("of weights with --arch and a file of labels say on stderr what is assumed; --quiet says nothing", async () => {
    const labels = put("labels.txt", "normal\npneumonia\r\n\ncovid\n");
    const args = [films[0], "--arch", "squeezenet1_1", "--labels", labels, "--checks", "off"];
    const ended = await infer([...args, "--weights", bare]);
    expect([
      ended.code,
      ended.stdout
        .trim()
        .split("\n")
        .map((line) => line.split(" ")[0])
        .sort(),
    ]).toEqual([0, [...classes].sort()]);
    expect(ended.stderr).toContain(`${bare} does not describe its preprocessing; using the one published for squeezenet1_1\n`);
    const partly = put("partly.safetensors", fileOf({ metadata: { input: metadata.input }, tensors }));
    const said = await infer([...args, "--weights", partly]);
    expect(said.stderr).toMatch(/^\S+ \(squeezenet1_1\) on .*\nResearch use only, .*\n$/);
    const quiet = await infer([...args, "--weights", partly, "--quiet"]);
    expect([quiet.stdout, quiet.stderr]).toEqual([said.stdout, ""]);
  });
});

describe("several models", () => {
  const other = put(
    "other.safetensors",
    fileOf(changed(tinyClassifier(["covid", "pneumonia", "normal"]), "classifier.1.bias", (value, index) => value + index)),
  );
  const both = ["--model", classifier, "--model", other];

  test("answer together: the mean, its deviation, what each one says, and how far they disagree", async () => {
    const ended = await infer([films[0], ...both]);
    expect([ended.code, errorsOf(ended)]).toEqual([0, []]);
    const lines = ended.stdout.split("\n");
    expect(
      lines.slice(0, 3).every((line) => /^\w+ +[\d.]+ % {2}± [\d.]+$/.test(line)),
      ended.stdout,
    ).toBe(true);
    expect(lines[3]).toBe("");
    expect(lines[4]).toMatch(/^\S*cxr\.safetensors +[\d.]+ % {2}\w+$/);
    expect(lines[5]).toMatch(/^\S*other\.safetensors +[\d.]+ % {2}\w+$/);
    expect(lines[6]).toMatch(/^disagreement [\d.]+ of [\d.]+ nats of uncertainty$/);
    expect(ended.stderr.match(/ on .*$/gm)).toHaveLength(2);
  });

  test("stand in the JSON document, with the members' own scores; weights count", async () => {
    const { code, stdout } = await infer([films[0], join(folder, "missing.png"), ...both, "--member-weights", "3,1", "--json", "--quiet"]);
    expect(code).toBe(4);
    const { models, combine, weights, results } = JSON.parse(stdout);
    expect(models.map(({ name, classes: own }: { name: string; classes: string[] }) => [name, own.length])).toEqual([
      [classifier, 3],
      [other, 3],
    ]);
    expect([combine, weights]).toEqual(["weighted", [0.75, 0.25]]);
    expect(results[1]).toEqual({ file: join(folder, "missing.png"), error: "no such file" });
    const [{ predictions, members, disagreement }] = results;
    for (const { label, score } of predictions) {
      const own = members.map(
        (member: { predictions: { label: string; score: number }[] }) => member.predictions.find((one) => one.label === label)?.score,
      );
      expect(score).toBeCloseTo(0.75 * own[0] + 0.25 * own[1], 12);
    }
    expect(Object.keys(disagreement)).toEqual(["entropy", "expectedEntropy", "mutualInformation"]);
  });

  test("that cannot, are told which and why", async () => {
    const lungs = put("segmenter.safetensors", fileOf(tinySegmenter()));
    const two = put("two.safetensors", fileOf(tinyClassifier(["normal", "tuberculosis"])));
    await expectFailure(
      [films[0], "--model", classifier, "--model", lungs],
      1,
      `${lungs}: is a segmentation model, an ensemble combines scores`,
    );
    await expectFailure(
      [films[0], "--model", classifier, "--model", two],
      1,
      `${two}: has the classes normal, tuberculosis; ${classifier} has normal, pneumonia, covid`,
    );
    await expectFailure([films[0], ...both, "--member-weights", "1,2,3"], 1, "ensemble: 2 weights are needed, one for each model, got 3");
    await expectFailure([films[0], ...both, "--member-weights", "1,x"], 2, /'--member-weights <a,b,…>' argument '1,x' is invalid/);
    await expectFailure(
      [films[0], ...both, "--combine", "vote", "--member-weights", "1,2"],
      1,
      "ensemble: weights are for the combination weighted, got vote",
    );
    await expectFailure(
      [films[0], "--model", classifier, "--combine", "vote"],
      2,
      "--combine and --member-weights are for several models (--model, repeated)",
    );
  });
});

describe("films that cannot be read", () => {
  const png = encodePng(film(5));
  const unreadable: readonly (readonly [string, string])[] = [
    [join(folder, "missing.png"), "no such file"],
    [put("empty.png", ""), "is empty"],
    [
      put("cut-off.png", png.subarray(0, png.length - 30)),
      `is a PNG cut off at byte ${png.length - 30}, inside a chunk that begins at byte`,
    ],
    [put("text.png", "patient: John Doe"), 'is no known picture, begins with the text "patient: John Do"; only PNG, JPEG'],
    [put("photo.png", Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)), "is a JPEG cut off at byte 4"],
    [put("dot.png", encodePng(film(1, 1, 1))), "is too small for a film, at least 32 pixels a side are needed, got 1 × 1"],
    [put("line.png", encodePng(film(1, 20000, 1))), "is too small for a film, at least 32 pixels a side are needed, got 20000 × 1"],
    [put("strip.png", encodePng(film(1, 800, 40))), "is too elongated for a film, one side may be 4 times the other, got 800 × 40"],
  ];
  const files = [films[0], ...unreadable.map(([file]) => file), films[1]];

  test("are reported in one line each, and the others are scored", async () => {
    const ended = await infer([...files, "--model", classifier, "--batch", "2"]);
    expect(ended.code).toBe(4);
    const errors = errorsOf(ended);
    expect(errors).toHaveLength(unreadable.length);
    for (const [i, [file, problem]] of unreadable.entries())
      expect(errors[i].startsWith(`error: ${file}: ${problem}`), errors[i]).toBe(true);
    const names = ended.stdout.split("\n").filter((line) => line !== "" && !line.startsWith(" "));
    expect(names).toEqual([films[0], films[1]]);
  });

  test("stand in the JSON document with their problem, at their place", async () => {
    const ended = await infer([...files, "--model", classifier, "--batch", "2", "--json", "--quiet"]);
    expect([ended.code, errorsOf(ended).length]).toEqual([4, unreadable.length]);
    const { results } = JSON.parse(ended.stdout);
    expect(results.map(({ file }: { file: string }) => file)).toEqual(files);
    expect(results[2]).toEqual({ file: join(folder, "empty.png"), error: "is empty" });
    expect(results.at(-1)).toMatchObject({ file: films[1], predictions: [{}, {}, {}] });
  });

  test("alone are an exit code of 4 and nothing on stdout", async () => {
    const ended = await infer([join(folder, "empty.png"), "--model", classifier]);
    expect([ended.code, ended.stdout]).toEqual([4, ""]);
    expect(ended.stderr).not.toContain("Research use only");
  });

  test("where none is named there is nothing to do: an empty list, an empty folder, a glob without a match", async () => {
    mkdirSync(join(folder, "empty"));
    await expectFailure(["-", "--model", classifier], 1, "-: stdin names no file");
    await expectFailure([join(folder, "empty"), "--model", classifier], 1, `${join(folder, "empty")}: holds no picture`);
    await expectFailure([join(folder, "*.dcm"), "--model", classifier], 1, `${join(folder, "*.dcm")}: matches no file`);
  });
});

describe("what is no chest film", () => {
  const grey = put("checks/grey.png", encodePng({ ...film(1, 256, 256), data: new Uint8Array(256 * 256).fill(90) }));
  const args = [films[0], grey, "--model", classifier, "--json", "--quiet"];
  const resultsOf = ({ stdout }: Ended) => JSON.parse(stdout).results;

  test("gets no answer and its reason; what is only doubtful is answered and told", async () => {
    const ended = await infer(args);
    const [small, blank] = resultsOf(ended);
    expect(ended.code).toBe(4);
    expect(small).toMatchObject({ predictions: [{}, {}, {}], findings: [{ name: "size", severity: "warn" }] });
    expect(Object.keys(blank)).toEqual(["file", "error"]);
    expect(blank.error).toMatch(/^is blank/);
  });

  test("is answered and told with --checks warn, and not looked at with --checks off", async () => {
    const warned = await infer([...args, "--checks", "warn"]);
    expect([warned.code, resultsOf(warned)[1]]).toMatchObject([0, { predictions: [{}, {}, {}], findings: [{ severity: "refuse" }] }]);
    const unchecked = await infer([...args, "--checks", "off"]);
    expect([unchecked.code, Object.keys(resultsOf(unchecked)[1])]).toEqual([0, ["file", "predictions", "milliseconds"]]);
  });
});

describe("a segmentation model", () => {
  const segmenter = put("lungs.safetensors", fileOf(tinySegmenter(["left", "right"])));
  const out = join(folder, "new/masks");

  test("writes a mask for each class and file, once", async () => {
    const args = [films[0], films[1], "--model", segmenter, "--out", out, "--checks", "off", "--json"];
    const first = await infer(args);
    expect(first.code).toBe(0);
    const { results, model } = JSON.parse(first.stdout);
    expect(model).toMatchObject({ task: "segmentation", classes: ["left", "right"] });
    expect(results[0]).toEqual({
      file: films[0],
      segmentation: ["left", "right"].map((label) => ({ label, share: expect.any(Number), mask: join(out, `a.${label}.mask.png`) })),
      milliseconds: expect.anything(),
    });
    for (const { mask, share } of results[1].segmentation) {
      const { width, height, channels, bitDepth, data } = await decodeImage(readFileSync(mask), mask);
      expect([width, height, channels, bitDepth]).toEqual([64, 48, 1, 8]);
      expect([...new Set(data)].every((value) => value === 0 || value === 255)).toBe(true);
      expect(data.filter((value) => value === 255).length / data.length).toBe(share);
    }

    const kept = join(out, "b.right.mask.png");
    rmSync(join(out, "b.left.mask.png"));
    copyFileSync(films[2], kept);
    const second = await infer(args);
    expect([second.code, errorsOf(second)]).toEqual([
      4,
      [
        `error: ${films[0]}: ${join(out, "a.left.mask.png")}: exists already, and nothing is overwritten`,
        `error: ${films[1]}: ${kept}: exists already, and nothing is overwritten`,
      ],
    ]);
    expect(readFileSync(kept)).toEqual(readFileSync(films[2]));
  });

  test("without --out tells the share of the picture, and writes nothing", async () => {
    const ended = await infer([films[0], "--model", segmenter]);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/^left +[\d.]+ % of the picture\nright +[\d.]+ % of the picture\n$/);
    expect(existsSync(join(folder, "films/a.mask.png"))).toBe(false);
  });

  test("that cannot write says where, and a classifier has nothing to write", async () => {
    const file = put("file", "");
    await expectFailure([films[0], "--model", segmenter, "--out", file], 1, `${file}: is no folder and cannot be made one`);
    const message = `${classifier}: is a classification model, it has no masks to write (--out)`;
    await expectFailure([films[0], "--model", classifier, "--out", out], 1, message);
  });
});

test("hardware where there is none is exit code 3", async ({ skip }) => {
  if ((await device()).profile.class !== "software") skip("this machine has a GPU");
  await expectFailure(
    [films[0], "--model", classifier, "--adapter", "hardware"],
    3,
    /^error: device: no hardware adapter; .*try adapter software$/,
  );
});
