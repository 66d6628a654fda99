/** The viewer's page: the models that come with the package, and a drawn film to try; kept on the device once it was opened. */
import { shippedModel, shippedModels } from "../../models/shipped.ts";
import { defineViewer, Viewer } from "./viewer.ts";

const LUNGS = "lungs-unet16";

/** Small and good: what a page can load in a moment. */
const FIRST = "cxr-mobilenet-v2";

/** As one works on the page its files change under the same addresses; those of a build are named by their contents. */
const isBuilt = import.meta.env.IS_BUILT;

const fileOf = (name: string) => ({
  name,
  source: shippedModel(name).href,
  card: new URL(`../../../weights/${name}.md`, import.meta.url).href,
  keep: isBuilt,
});

defineViewer();
const viewer = document.querySelector("roentgen-viewer");
if (!(viewer instanceof Viewer)) throw new Error("the page has no viewer");
viewer.models = shippedModels.filter((name) => name !== LUNGS).map(fileOf);
viewer.lungModel = fileOf(LUNGS);
viewer.example = new URL("../../../samples/phantom.png", import.meta.url).href;
viewer.model = FIRST;

// A browser that keeps nothing shows the page all the same.
if (isBuilt) navigator.serviceWorker?.register("./service-worker.js").catch(() => {});
