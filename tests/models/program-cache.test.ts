/** The program cache keeps the last used programs, gives the others back, and begins anew on another device. */
import { expect, test } from "vitest";
import { requestDevice } from "../../src/gpu/device.ts";
import { input } from "../../src/kernels/op.ts";
import { scale } from "../../src/kernels/scale.ts";
import { programCache } from "../../src/models/program-cache.ts";
import { tensor } from "../../src/tensor.ts";
import { device } from "../device.ts";

const times = (factor: number) => () => ({ y: scale(input("x", [1, 4]), factor) });
const x = tensor([1, 4], Float32Array.of(1, 2, 3, 4));

test("keeps the last used programs, and destroys what was not used for longest", async () => {
  const opened = await device();
  const programs = programCache(() => opened, { size: 2 });
  const first = await programs.get("1", times(1));
  const second = await programs.get("2", times(2));
  expect(await programs.get("1", times(1))).toBe(first);
  const third = await programs.get("3", times(3));
  expect([...(await third.run({ x })).y.data]).toEqual([3, 6, 9, 12]);
  await first.run({ x });
  await expect(second.run({ x })).rejects.toMatchObject({ reason: "destroyed" });
  programs.destroy();
  await Promise.resolve();
  for (const program of [first, third]) await expect(program.run({ x })).rejects.toMatchObject({ reason: "destroyed" });
});

test("keeps nothing of another device", async () => {
  let opened = await device();
  const programs = programCache(() => opened, { size: 2 });
  const first = await programs.get("1", times(1));
  const own = await requestDevice();
  opened = own;
  const second = await programs.get("1", times(1));
  expect(second).not.toBe(first);
  own.destroy();
  expect([...(await first.run({ x })).y.data]).toEqual([1, 2, 3, 4]);
  first.destroy();
});

test("keeps nothing that could not be compiled", async () => {
  const opened = await device();
  const without = { ...opened, profile: { ...opened.profile, f16: false } };
  const programs = programCache(() => without, { size: 2, precision: "f16", tuning: "off" });
  let asked = 0;
  const outputs = () => ({ y: scale(input("x", [1, 4]), ++asked) });
  for (const times of [1, 2]) {
    await expect(programs.get("1", outputs)).rejects.toThrow("has no shader-f16");
    expect(asked).toBe(times);
  }
});
