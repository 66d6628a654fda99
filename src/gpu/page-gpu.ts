/** WebGPU in a page or a worker of one: the browser's, or what keeps it from being there. */
import { DeviceError } from "./device-error.ts";

/**
 * @throws DeviceError that says which browsers have WebGPU, or that the page is not served as WebGPU asks for.
 */
export function pageGpu(): GPU {
  const { navigator, isSecureContext } = globalThis;
  if (navigator?.gpu) return navigator.gpu;
  throw new DeviceError(
    isSecureContext === false
      ? "WebGPU is kept from this page, since it did not come over https or from localhost"
      : `this browser has no WebGPU; Chrome and Edge have it from 113, Safari from 26, Firefox from 141 on Windows and 145 on macOS; ${flags}`,
    { reason: "no-webgpu" },
  );
}

/** What to switch on where WebGPU is off or shuns the adapter. */
const flags =
  "elsewhere start Chrome with --enable-unsafe-webgpu --enable-features=Vulkan, or set dom.webgpu.enabled in Firefox's about:config";

/** What to try in a page whose browser offers no adapter. */
export const pageAdvice = `see that hardware acceleration is on (chrome://gpu tells) and the driver is up to date; ${flags}`;
