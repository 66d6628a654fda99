/** Bytes come the same way from wherever a caller has them. */
import { describe, expect, test } from "vitest";
import { InputError, nameOf, readBytes } from "../src/bytes.ts";

describe("a data URL", () => {
  const bytes = Uint8Array.of(0, 37, 65, 128, 255);

  test.each([
    ["in base64", "data:application/octet-stream;base64,ACVBgP8="],
    ["in base64, its padding escaped", "data:;base64,ACVBgP8%3D"],
    ["in percent escapes", "data:,%00%25A%80%ff"],
    ["with its scheme in capitals", "DATA:;base64,ACVBgP8="],
  ])("%s holds its bytes, as a string and as a URL", async (_, url) => {
    expect(await readBytes(url)).toEqual(bytes);
    expect(await readBytes(new URL(url))).toEqual(bytes);
  });

  test.each(["data:;base64,A", "data:text/plain"])("that is damaged is an InputError: %s", async (url) => {
    await expect(readBytes(url)).rejects.toThrow(InputError);
    await expect(readBytes(url)).rejects.toThrow(/^data URL: is damaged$/);
  });

  test("is named in a few letters, however long it is", () => {
    expect(nameOf(`data:;base64,${"A".repeat(1000)}`)).toBe("data URL");
    expect(nameOf(new URL("data:,x"))).toBe("data URL");
  });
});
