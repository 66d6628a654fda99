/** Sets and folds hold whole patients, every class in its share, and the same for the same seed. */
import { describe, expect, test } from "vitest";
import { random } from "../../src/random.ts";
import { classCounts, samplesIn } from "../../src/training/dataset.ts";
import { groupsOf } from "../../src/training/groups.ts";
import { checkLeaks } from "../../src/training/leaks.ts";
import { kFold, splitDataset } from "../../src/training/split.ts";
import { datasetOf } from "./films.ts";

const shares = { train: 0.7, val: 0.1, test: 0.2 };

/** 1,000 samples of three classes (60, 30, 10 %) from patients with one to six pictures of one class. */
const patients = (() => {
  const samples = [];
  for (let patient = 0; samples.length < 1000; patient++) {
    const label = [0, 0, 0, 0, 0, 0, 1, 1, 1, 2][Math.floor(10 * random(1, patient))];
    const count = random(2, patient) < 0.7 ? 1 : 1 + Math.floor(6 * random(3, patient));
    for (let i = 0; i < count; i++) samples.push({ label, patient: `p${patient}` });
  }
  return datasetOf(["a", "b", "c"], samples);
})();

describe("groups", () => {
  test("join a patient's groups and a group's patients, and pairs that are named", () => {
    const { samples } = datasetOf(
      [],
      [{ patient: "1" }, { patient: "2", group: "g" }, {}, { patient: "1", group: "g" }, { group: "1" }, {}],
    );
    expect([...groupsOf(samples)]).toEqual([0, 0, 1, 0, 2, 3]);
    expect([
      ...groupsOf(samples, [
        [5, 2],
        [4, 0],
      ]),
    ]).toEqual([0, 0, 1, 0, 0, 1]);
  });
});

describe("a split", () => {
  test("keeps patients whole, and every class within a patient of its share", () => {
    const split = splitDataset(patients, { shares, seed: 1 });
    checkLeaks(split);
    const totals = classCounts(patients);
    for (const [set, share] of Object.entries(shares)) {
      // The largest patient has 6 pictures: what is dealt last cannot be nearer than half of one.
      for (const [label, count] of classCounts(samplesIn(split, set)).entries()) {
        expect(Math.abs(count - share * totals[label]), `${set}, class ${label}`).toBeLessThanOrEqual(3);
      }
    }
  });

  test("of patients with one picture each is exact where it can be", () => {
    const alone = datasetOf(
      ["a", "b"],
      Array.from({ length: 300 }, (_, i) => ({ label: i % 3 === 0 ? 1 : 0 })),
    );
    const split = splitDataset(alone, { shares, seed: 5 });
    expect(["train", "val", "test"].map((set) => classCounts(samplesIn(split, set)))).toEqual([
      [140, 70],
      [20, 10],
      [40, 20],
    ]);
  });

  test("is the same for the same seed, and another for another", () => {
    const sets = (seed: number) => splitDataset(patients, { shares, seed }).samples.map(({ split }) => split);
    expect(sets(7)).toEqual(sets(7));
    expect(sets(7)).not.toEqual(sets(8));
  });

  test("may keep what is placed and deal out only what is new, with whom it belongs to", () => {
    const before = splitDataset(patients, { shares, seed: 1 });
    const fresh = [{ label: 0, patient: "p0" }, ...Array.from({ length: 50 }, (_, i) => ({ label: i % 3, patient: `new ${i}` }))];
    const grown = { ...before, samples: [...before.samples, ...datasetOf([], fresh).samples] };
    const after = splitDataset(grown, { shares, seed: 2, keep: true });
    expect(after.samples.slice(0, before.samples.length)).toEqual(before.samples);
    expect(after.samples[before.samples.length].split).toBe(before.samples[0].split);
    checkLeaks(after);
  });

  test("may keep large patients out of a set, and spreads what it is told to", () => {
    const split = splitDataset(patients, { shares, seed: 1, largest: { test: 1, val: 1 } });
    const inTest = samplesIn(split, "test").samples.map(({ patient }) => patient);
    expect(new Set(inTest).size).toBe(inTest.length);
    const sources = datasetOf(
      ["a"],
      Array.from({ length: 100 }, (_, i) => ({ label: 0, group: `g${i}`, name: i < 50 ? "north" : "south" })),
    );
    const spread = splitDataset(sources, { shares: { one: 0.5, two: 0.5 }, seed: 3, stratum: ({ name }) => name });
    expect(samplesIn(spread, "one").samples.filter(({ name }) => name === "north")).toHaveLength(25);
  });

  test.each([
    [{ train: 0.7, test: 0.2 }, 'split: shares must be positive and sum to 1, got {"train":0.7,"test":0.2}'],
    [{ train: 1, test: 0 }, "split: shares must be positive and sum to 1"],
  ])("shares %j are refused", (wrong, message) => {
    expect(() => splitDataset(patients, { shares: wrong, seed: 1 })).toThrow(message);
  });

  test("what cannot be kept is refused", () => {
    const torn = datasetOf(
      ["a"],
      [
        { label: 0, patient: "p", split: "train" },
        { label: 0, patient: "p", split: "test" },
      ],
    );
    expect(() => splitDataset(torn, { shares, seed: 1, keep: true })).toThrow(
      "split: 0.png and 1.png belong together, but are kept in two sets",
    );
    const foreign = datasetOf(["a"], [{ label: 0, split: "dev" }]);
    expect(() => splitDataset(foreign, { shares, seed: 1, keep: true })).toThrow(
      "split: a sample is in the set dev, which is not among train, val, test",
    );
    const large = datasetOf(
      ["a"],
      [
        { label: 0, patient: "p" },
        { label: 0, patient: "p" },
      ],
    );
    expect(() => splitDataset(large, { shares: { train: 1 }, seed: 1, largest: { train: 1 } })).toThrow(
      "split: no set may take a patient with 2 pictures",
    );
  });
});

describe("folds", () => {
  test("take every patient once, and have every class within a patient of the others", () => {
    const folds = kFold(patients, 10, { seed: 4 });
    const foldOf = new Map<string | undefined, number>();
    const counts = Array.from({ length: 10 }, () => [0, 0, 0]);
    for (const [i, { patient, label = 0 }] of patients.samples.entries()) {
      expect(foldOf.get(patient) ?? folds[i]).toBe(folds[i]);
      foldOf.set(patient, folds[i]);
      counts[folds[i]][label]++;
    }
    const totals = classCounts(patients);
    for (const [label, total] of totals.entries()) {
      for (const count of counts) expect(Math.abs(count[label] - total / 10)).toBeLessThanOrEqual(3);
    }
  });

  test.each([1, 2.5, 3])("%d of two patients are refused", (count) => {
    const two = datasetOf(["a"], [{ patient: "1" }, { patient: "1" }, { patient: "2" }]);
    expect(() => kFold(two, count, { seed: 1 })).toThrow(`kFold: 2 to 2 folds can be made of 2 patients, got ${count}`);
  });
});
