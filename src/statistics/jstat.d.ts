/** The part of jstat that is used; the package brings no types. */
declare module "jstat" {
  const jStat: {
    readonly normal: {
      inv(share: number, mean: number, deviation: number): number;
      cdf(x: number, mean: number, deviation: number): number;
    };
    readonly beta: { inv(share: number, alpha: number, beta: number): number };
    erf(x: number): number;
  };
  export default jStat;
}
