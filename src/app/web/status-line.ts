/** The line at the bottom: what computes, how long it took, and what memory it takes. */
import { html, nothing, type TemplateResult } from "lit";
import { bytesText, millisecondsText } from "./score-text.ts";
import type { ViewerState } from "./session.ts";
import { strings } from "./strings.ts";
import { selectedItem } from "./worklist.ts";

export function statusLine({ opened, film, list, gpuBytes }: ViewerState): TemplateResult {
  const milliseconds = selectedItem(list)?.result?.milliseconds;
  const filmBytes = film?.film.reduce((sum, { data }) => sum + data.byteLength, 0) ?? 0;
  return html`<footer>
    <span>${strings.adapter}: ${opened?.adapter ?? "–"}</span>
    ${
      milliseconds
        ? html`<span>${strings.times(millisecondsText(milliseconds.decode), millisecondsText(milliseconds.preprocess), millisecondsText(milliseconds.run))}</span>`
        : nothing
    }
    ${gpuBytes > 0 ? html`<span>${strings.memory(bytesText(gpuBytes), bytesText(filmBytes))}</span>` : nothing}
    ${opened ? html`<span>${opened.arch}, ${bytesText(opened.sizeBytes)}, ${opened.hash.slice(0, 12)}</span>` : nothing}
  </footer>`;
}
