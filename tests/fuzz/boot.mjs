/** A worker does not inherit tsx: it is registered before the first TypeScript file. */
import { register } from "tsx/esm/api";

register();
await import("./worker.ts");
