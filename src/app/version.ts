/** The version of the package. */
import { createRequire } from "node:module";

const { version: packageVersion }: { version: string } = createRequire(import.meta.url)("../../package.json");

export const version = packageVersion;
