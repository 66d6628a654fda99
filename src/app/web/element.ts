/** `dist/roentgen.viewer.js`: a page that loads it may write `<roentgen-viewer model="…" src="…" explain="grad-cam">`. */
import { defineViewer } from "./viewer.ts";

export { Viewer } from "./viewer.ts";

defineViewer();
