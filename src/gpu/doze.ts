/** Waiting for a software adapter under Node without taking a core from it. */

/** Of the time waited so far, how much a turn of the event loop sleeps: an answer comes that much late at most. */
const SLEEP_SHARE = 1 / 20;
const LONGEST_SLEEP_MS = 0.5;

/**
 * Dawn's binding for Node asks whether work is done in every turn of the event loop, which it keeps turning (`setImmediate` in
 * dawn/node/binding/AsyncRunner.cpp, crbug.com/dawn/1127). That takes a whole core, and it is the cores that a software adapter computes
 * on. While `isWaiting`, each turn sleeps for a moment instead; the function is called when a wait begins.
 */
export function dozing(isWaiting: () => boolean): () => void {
  const never = new Int32Array(new SharedArrayBuffer(4));
  let began = 0;
  let isTurning = false;
  const turn = (): void => {
    isTurning = isWaiting();
    if (!isTurning) return;
    Atomics.wait(never, 0, 0, Math.min(LONGEST_SLEEP_MS, (performance.now() - began) * SLEEP_SHARE));
    setImmediate(turn);
  };
  return () => {
    began = performance.now();
    if (!isTurning) setImmediate(turn);
    isTurning = true;
  };
}
