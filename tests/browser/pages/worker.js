import { open, score } from "./score.js";

const predictions = await score(await open());
postMessage({ predictions, hasDocument: "document" in globalThis });
