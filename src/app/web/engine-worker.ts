/** The worker that the viewer's engine runs in. */
import { engine } from "./engine.ts";
import { serveEngine } from "./engine-server.ts";
import type { Port } from "./protocol.ts";

// A worker's own scope is a port to the page, which the types of a window do not know.
serveEngine(globalThis as unknown as Port, engine());
