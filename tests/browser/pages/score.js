/** The phantom's scores by the shipped MobileNetV2, in a window and in a worker alike. */
import { loadModel } from "/dist/roentgen.browser.js";

export const open = () => loadModel("/weights/cxr-mobilenet-v2.safetensors", { selfTest: true });

export const score = (model) => model.predict("/samples/phantom.png");
