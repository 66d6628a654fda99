/** Data that a statistic cannot be computed from: names the statistic and says what is wrong with them. */
export class StatisticsError extends Error {
  constructor(subject: string, problem: string, options?: ErrorOptions) {
    super(`${subject}: ${problem}`, options);
    this.name = "StatisticsError";
  }
}
