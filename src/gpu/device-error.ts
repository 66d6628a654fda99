/** What stops the GPU, told apart by what a caller can do about it. */
export type DeviceFailure =
  /** The browser has no WebGPU, or Node lacks the package that brings it. */
  | "no-webgpu"
  /** WebGPU is there and offers no adapter. */
  | "no-adapter"
  /** The driver gave up, or the browser took the GPU away: a device opened anew may work. */
  | "lost"
  /** The program gave the device, the model or the program back. */
  | "destroyed"
  /** A smaller batch or picture may fit. */
  | "out-of-memory"
  /** Numbers that no right computation gives. */
  | "wrong-numbers"
  /** Everything else: what the adapter cannot do, and mistakes in the use of WebGPU. */
  | "failed";

/** No usable GPU, a lost one, or one that ran out of memory or misbehaved. */
export class DeviceError extends Error {
  readonly reason: DeviceFailure;
  /** Whether there is no adapter to compute on at all, as against one that failed. */
  readonly isMissing: boolean;

  constructor(problem: string, { reason = "failed", ...options }: ErrorOptions & { readonly reason?: DeviceFailure } = {}) {
    super(`device: ${problem}`, options);
    this.name = "DeviceError";
    this.reason = reason;
    this.isMissing = reason === "no-webgpu" || reason === "no-adapter";
  }
}
