/** What the four papers print follows from their counts, to the last digit that they print. */
import { describe, expect, test } from "vitest";
import { binaryIndices } from "../../src/statistics/binary-indices.ts";
import { bootstrap } from "../../src/statistics/bootstrap.ts";
import { meanOf } from "../../src/statistics/mean.ts";
import { defined, notDefined } from "../../src/statistics/not-defined.ts";
import { type ProportionMethod, proportion } from "../../src/statistics/proportion.ts";

/** ".902857": as the tables print a share. */
const six = (value: unknown): string => Number(value).toFixed(6).replace(/^0\./, ".");

describe("indices", () => {
  test.each([
    ["Keidar", [162, 17, 17, 154], ".902857 .905028 .900585 .905028 .900585 .905028 .805613 .805613"],
    ["Apostolopoulos", [443, 12, 20, 3430], ".991805 .973626 .994203 .956803 .996514 .965142 .960499 .960546"],
    ["Minaee, ResNet-18", [98, 2, 279, 2721], ".909355 .980000 .907000 .259947 .999266 .410901 .379249 .479501"],
    ["Minaee, SqueezeNet", [98, 2, 213, 2787], ".930645 .980000 .929000 .315113 .999283 .476886 .450037 .534589"],
  ])("%s", (_, [truePositives, falseNegatives, falsePositives, trueNegatives], expected) => {
    const found = binaryIndices({ truePositives, falseNegatives, falsePositives, trueNegatives });
    const { accuracy, sensitivity, specificity, ppv, npv, f1, kappa, matthews } = found;
    const values = [...[accuracy, sensitivity, specificity, ppv, npv].map(({ value }) => value), f1, kappa, matthews];
    expect(values.map(six).join(" ")).toBe(expected);
  });
});

describe("95% intervals", () => {
  const methods: ProportionMethod[] = [
    "Wald",
    "Wilson",
    "Wilson with continuity correction",
    "Clopper–Pearson",
    "Agresti–Coull",
    "Jeffreys",
  ];
  test.each([
    [162, 179, ".862079 .947977 .853180 .939857 .849913 .942050 .852297 .943697 .852369 .940667 .855594 .941507"],
    [154, 171, ".855737 .945432 .846567 .937000 .843156 .939298 .845601 .941013 .845736 .937831 .849045 .938718"],
    [316, 350, ".871831 .933883 .867318 .929649 .865707 .930863 .866901 .931784 .867016 .929951 .868519 .930570"],
    // Wald's upper end is 1.007439 before it is cut off.
    [98, 100, ".952561 1.000000 .929988 .994498 .922636 .996528 .929616 .997569 .925582 .998904 .937394 .995821"],
    [443, 455, ".958902 .988350 .954472 .984850 .953101 .985652 .954384 .986300 .953967 .985355 .955766 .985504"],
    [3430, 3450, ".991670 .996736 .991062 .996244 .990887 .996358 .991061 .996455 .991005 .996302 .991237 .996342"],
  ])("of %i/%i", (successes, trials, expected) => {
    const found = methods.flatMap((method) => {
      const { interval } = proportion(successes, trials, { method });
      const { lower, upper, method: said } = defined("interval", interval);
      expect(said).toBe(method);
      return [six(lower), six(upper)];
    });
    expect(found.join(" ")).toBe(expected);
  });

  test("Wilson is what is used unless something else is asked for", () => {
    expect(proportion(162, 179)).toEqual(proportion(162, 179, { method: "Wilson", level: 0.95 }));
  });
});

describe("as printed", () => {
  const percent = (value: unknown, digits: number): string => (100 * Number(value)).toFixed(digits);
  const ends = (successes: number, trials: number, method: ProportionMethod, digits: number): string => {
    const { lower, upper } = defined("interval", proportion(successes, trials, { method }).interval);
    return `${percent(lower, digits)}–${percent(upper, digits)}`;
  };

  test("Keidar: 90.3%, 90.5% (85–94) and a specificity of (84.3–94), by Wilson with continuity correction alone", () => {
    expect([percent(316 / 350, 1), percent(162 / 179, 1)]).toEqual(["90.3", "90.5"]);
    expect(ends(162, 179, "Wilson with continuity correction", 0)).toBe("85–94");
    expect(ends(154, 171, "Wilson with continuity correction", 1)).toBe("84.3–93.9");
    for (const method of ["Wald", "Wilson", "Agresti–Coull", "Clopper–Pearson", "Jeffreys"] as const)
      expect(ends(154, 171, method, 1)).not.toMatch(/^84\.3/);
  });

  test("Keidar's first version: 314/350 is 89.7%, 156/179 is 87.1% or 87.2%", () => {
    expect(percent(314 / 350, 1)).toBe("89.7");
    expect(Math.floor((1000 * 156) / 179) / 10).toBe(87.1);
  });

  test("Minaee: 98% ± 2.7, and specificities ± 1.1, 0.9 and 1.5, by Wald; 90.7% gives 1.0 where 1.1 is printed", () => {
    const half = (successes: number, trials: number): string => {
      const { lower } = defined("interval", proportion(successes, trials, { method: "Wald" }).interval);
      return percent(successes / trials - lower, 1);
    };
    expect(half(98, 100)).toBe("2.7");
    const specificities = [0.896, 0.929, 0.751, 0.907].map((specificity) => half(Math.round(3000 * specificity), 3000));
    expect(specificities).toEqual(["1.1", "0.9", "1.5", "1.0"]);
  });

  test("Apostolopoulos: 99.18%, 97.36% and 99.42%", () => {
    expect([percent(3873 / 3905, 2), percent(443 / 455, 2), percent(3430 / 3450, 2)]).toEqual(["99.18", "97.36", "99.42"]);
  });
});

describe("bootstrap", () => {
  const outcomes = (right: number, wrong: number): number[] => [...Array(right).fill(1), ...Array(wrong).fill(0)];

  // Of the binomial that resamples follow, P(X ≤ 304) = 0.022 and P(X ≤ 305) = 0.033; P(X ≤ 325) = 0.962 and P(X ≤ 326) = 0.9756. The shares
  // of 2000 resamples stray by 0.0035, so that an end of one case more or less comes up as well.
  test("316 of 350 gives 87.1–93.1, to a case: narrower than the 86.3–93.7 that Keidar prints", () => {
    const right = outcomes(316, 34);
    const found = [1, 2, 3, 4, 5].map((seed) => {
      const { interval } = bootstrap(350, (places) => meanOf(places.map((i) => right[i])), { seed });
      return defined("bootstrap", interval);
    });
    expect(found.map(({ lower, upper }) => `${(100 * lower).toFixed(1)}–${(100 * upper).toFixed(1)}`)).toContain("87.1–93.1");
    for (const { lower, upper } of found) {
      expect(Math.abs(lower * 350 - 305)).toBeLessThan(1.5);
      expect(Math.abs(upper * 350 - 326)).toBeLessThan(1.5);
    }
  });

  test("149 of 150 negatives beside 62 positives gives the lower end 0.979 that Liang prints", () => {
    const negative = [...outcomes(150, 0), ...Array(62).fill(0)];
    const right = [...outcomes(149, 1), ...Array(62).fill(0)];
    const { interval } = bootstrap(
      212,
      (places) => {
        const negatives = places.filter((i) => negative[i] === 1);
        return negatives.length > 0 ? meanOf(negatives.map((i) => right[i])) : notDefined("no negative cases");
      },
      { resamples: 4000 },
    );
    const { lower, upper } = defined("bootstrap", interval);
    expect([lower.toFixed(3), upper]).toEqual(["0.979", 1]);
  });
});
