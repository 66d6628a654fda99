/** Vitest's settings: one process, since a GPU is one queue and compiled pipelines are shared. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["tests/**/*.test.ts"], testTimeout: 120_000, hookTimeout: 120_000 },
});
