import { requestDevice } from "/dist/roentgen.browser.js";
import { open, score } from "./score.js";

/** A failure as it crosses to whoever drives the page. */
const told = ({ name, reason, isMissing, message }) => ({ name, reason, isMissing, message });

let model;
Object.assign(globalThis, {
  /** The scores of one model, which stays open. */
  async scores() {
    model ??= open();
    return score(await model);
  },
  /** Why no device can be opened. */
  refusal: () => requestDevice().then(() => "a device was opened", told),
  /** Opens a device of its own and remembers how it ends. */
  async watchDevice() {
    const { lost } = await requestDevice();
    globalThis.ending = lost.catch(told);
  },
});
