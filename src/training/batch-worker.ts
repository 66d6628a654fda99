/** What a worker is started with. */
import { serveBatches } from "./batch-server.ts";

serveBatches();
