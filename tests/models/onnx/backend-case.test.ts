/** Cases of ONNX's own backend test suite pass, and what is not computed is refused by name. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runCase } from "../../../src/models/onnx/backend-case.ts";
import { device } from "../../device.ts";

const folder = fileURLToPath(new URL("../../fixtures/onnx/", import.meta.url));

/** Refused, and why. */
const skipped: Readonly<Record<string, RegExp>> = {
  test_identity_sequence: /sequences/,
};

test.for(readdirSync(folder))("%s", async (name) => {
  const path = join(folder, name);
  const data = readdirSync(path).filter((entry) => entry.startsWith("test_data_set_"));
  const sets = data.map((set) => {
    const files = (kind: string): string[] => {
      const found = readdirSync(join(path, set)).filter((file) => file.startsWith(kind));
      return found.map((_, index) => join(path, set, `${kind}_${index}.pb`));
    };
    return { inputs: files("input"), outputs: files("output") };
  });
  const { verdict, reason } = await runCase(path, { model: join(path, "model.onnx"), sets }, device);
  if (name in skipped) {
    expect(verdict).toBe("skipped");
    expect(reason).toMatch(skipped[name]);
  } else expect(reason ?? verdict).toBe("passed");
});
