/** The device that tests share: one a process, since compiled pipelines are kept with it. */
import { type Device, requestDevice } from "../src/gpu/device.ts";

let shared: Promise<Device> | undefined;

/** Opens the device on first use; VK_DRIVER_FILES chooses the adapter. */
export const device = (): Promise<Device> => (shared ??= requestDevice());
