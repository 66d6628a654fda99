/** No usable GPU, a lost one, or one that ran out of memory or misbehaved. */
export class DeviceError extends Error {
  /** Whether there is no adapter to compute on at all, as against one that failed. */
  readonly isMissing: boolean;

  constructor(problem: string, { isMissing = false, ...options }: ErrorOptions & { readonly isMissing?: boolean } = {}) {
    super(`device: ${problem}`, options);
    this.name = "DeviceError";
    this.isMissing = isMissing;
  }
}
