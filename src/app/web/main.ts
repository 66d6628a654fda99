/** The viewer's page: the models that come with the package, and a drawn film to try. */
import { shippedModel, shippedModels } from "../../models/shipped.ts";
import { defineViewer, Viewer } from "./viewer.ts";

const LUNGS = "lungs-unet16";

/** Small and good: what a page can load in a moment. */
const FIRST = "cxr-mobilenet-v2";

const fileOf = (name: string) => ({
  name,
  source: shippedModel(name).href,
  card: new URL(`../../../weights/${name}.md`, import.meta.url).href,
});

defineViewer();
const viewer = document.querySelector("roentgen-viewer");
if (!(viewer instanceof Viewer)) throw new Error("the page has no viewer");
viewer.models = shippedModels.filter((name) => name !== LUNGS).map(fileOf);
viewer.lungModel = fileOf(LUNGS);
viewer.example = new URL("../../../samples/phantom.png", import.meta.url).href;
viewer.model = FIRST;
