/** The worker's side: one model, a film at a time. A Blob or its pixels may cross; the model and its device stay here. */
import { loadModel } from "../../dist/roentgen.browser.js";

// An error would not cross with its class, so what it says does.
const tell = (error) => postMessage({ said: error.message });

const loading = loadModel(new URL("../../weights/cxr-mobilenet-v2.safetensors", import.meta.url), {
  selfTest: true,
  onProgress: (done, total) => postMessage({ said: `Compiling ${done} of ${total} kernels` }),
});
loading.then(({ device }) => postMessage({ said: `Ready on ${device.profile.description}` }), tell);

addEventListener("message", async ({ data: film }) => {
  try {
    const model = await loading;
    postMessage({ said: film.name, predictions: await model.predict(film) });
  } catch (error) {
    tell(error);
  }
});
