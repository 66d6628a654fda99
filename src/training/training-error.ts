/** A training that cannot go on as it was set up. */
export class TrainingError extends Error {
  constructor(problem: string, options?: ErrorOptions) {
    super(`training: ${problem}`, options);
    this.name = "TrainingError";
  }
}
