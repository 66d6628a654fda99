/** What to do about a batch that is too large for the adapter: find the largest that is not. */
import { DeviceError } from "../gpu/device-error.ts";

/**
 * The largest batch for which `works` does not fail with a DeviceError, by bisection between 1 and one that fails; 0 where none does.
 * @throws what else `works` throws.
 */
export async function largestBatch(failing: number, works: (batch: number) => Promise<void>): Promise<number> {
  let [fits, fails] = [0, failing];
  while (fails - fits > 1) {
    const batch = Math.floor((fits + fails) / 2);
    try {
      await works(batch);
      fits = batch;
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      fails = batch;
    }
  }
  return fits;
}
