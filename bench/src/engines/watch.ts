/** Errors of a device that an engine opened for itself. */

/** A check that throws what a device has reported since; an engine that goes on after an error would be timed for doing nothing. */
export function watch(device: GPUDevice): () => void {
  let failure: Error | undefined;
  device.addEventListener("uncapturederror", (event) => {
    event.preventDefault();
    failure ??= new Error(event.error.message);
  });
  return () => {
    if (failure) throw failure;
  };
}
