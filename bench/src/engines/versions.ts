/** The peers' versions, which package.json pins. */
import { createRequire } from "node:module";

const { dependencies }: { dependencies: Readonly<Record<string, string>> } = createRequire(import.meta.url)("../../package.json");

export const versionOf = (name: string): string => dependencies[name];
