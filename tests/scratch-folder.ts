/** A folder for what a test file writes, which goes when its tests are done. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

export interface ScratchFolder {
  readonly folder: string;
  /** Writes a file of the folder; gives its path. */
  put(name: string, content: Uint8Array | string): string;
}

export function scratchFolder(name: string): ScratchFolder {
  const folder = mkdtempSync(join(tmpdir(), `roentgen-${name}-`));
  afterAll(() => rmSync(folder, { recursive: true }));
  return {
    folder,
    put(file, content) {
      const path = join(folder, file);
      writeFileSync(path, content);
      return path;
    },
  };
}
