/** A chart for who does not see it. */

/** Makes a chart one picture with one name: Plot names its parts too, which nobody may ask for by those names (ARIA's rule for `g`). */
export function asOnePicture(chart: Element, name: string): void {
  for (const part of chart.querySelectorAll("g[aria-label]")) part.removeAttribute("aria-label");
  chart.setAttribute("role", "img");
  chart.setAttribute("aria-label", name);
}
