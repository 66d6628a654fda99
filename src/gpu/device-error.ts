/** No usable GPU, a lost one, or one that ran out of memory or misbehaved. */
export class DeviceError extends Error {
  constructor(problem: string, options?: ErrorOptions) {
    super(`device: ${problem}`, options);
    this.name = "DeviceError";
  }
}
