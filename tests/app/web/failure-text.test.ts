/** Every way a GPU fails has words of its own, and what was cancelled has none. */
import { expect, test } from "vitest";
import { failureText } from "../../../src/app/web/failure-text.ts";
import { strings } from "../../../src/app/web/strings.ts";
import { InputError } from "../../../src/bytes.ts";
import { DeviceError, type DeviceFailure } from "../../../src/gpu/device-error.ts";

const reasons: readonly DeviceFailure[] = ["no-webgpu", "no-adapter", "lost", "destroyed", "out-of-memory", "wrong-numbers", "failed"];

test("each reason has a heading that no other has, and the engine's own words beside", () => {
  const texts = reasons.map((reason) => failureText(new DeviceError("words of the engine", { reason })));
  expect(new Set(texts.map((text) => text?.heading)).size).toBe(reasons.length);
  expect(texts.every((text) => text?.detail === "words of the engine")).toBe(true);
});

test("a broken file is named", () => {
  expect(failureText(new InputError("model.safetensors", "ends too early"))).toEqual({
    heading: strings.noScore,
    detail: "model.safetensors: ends too early",
  });
});

test("what was cancelled is no failure", () => {
  expect(failureText(new DOMException("cancelled", "AbortError"))).toBeUndefined();
});
