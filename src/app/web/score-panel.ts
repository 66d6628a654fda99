/** The scores of one picture: a bar each, with its threshold and the zone around it in which nothing is called. */
import { html, nothing, type TemplateResult } from "lit";
import { ASSUMED_THRESHOLD, percentText, valueText, verdictOf, zoneOf } from "./score-text.ts";
import { strings } from "./strings.ts";
import type { Scored } from "./worklist.ts";

export interface ScorePanel {
  readonly result: Scored;
  readonly isProbability: boolean;
  /** Those of the model, and those that were set. */
  readonly thresholds: Readonly<Record<string, number>>;
  readonly margin: number;
  /** The class that a heat map is made of. */
  readonly label: string | undefined;
  /** Whether the model itself names a threshold. */
  readonly hasThresholds: boolean;
  choose(label: string): void;
  setThreshold(label: string, threshold: number): void;
  setMargin(margin: number): void;
}

export function scorePanel(panel: ScorePanel): TemplateResult {
  const { result, isProbability, thresholds, margin, label, hasThresholds, choose, setThreshold, setMargin } = panel;
  if (result.withheld)
    return html`<div class="no-answer"><strong>${strings.noAnswer}</strong><p>${strings.withheld(result.withheld.reason)}</p></div>`;
  if (!isProbability)
    return html`<ul>
      ${result.predictions.map((one) => html`<li class="field inline"><span>${one.label}</span><strong>${valueText(one.score)} ${one.unit}</strong></li>`)}
    </ul>`;
  const thresholdOf = (name: string): number => thresholds[name] ?? ASSUMED_THRESHOLD;
  return html`
    <ul>
      ${result.predictions.map((one) => scoreRow(one, thresholdOf(one.label), margin, one.label === label, () => choose(one.label)))}
    </ul>
    ${
      label === undefined
        ? nothing
        : html`<label class="field inline"><span>${strings.thresholdOf(label)}</span>
            <span><input type="number" min="0" max="100" step="1" .value=${String(Math.round(100 * thresholdOf(label)))}
              @change=${(event: Event) => setThreshold(label, shareIn(event))}> %</span></label>`
    }
    <label class="field inline"><span>${strings.notSureZone} <span class="away">${strings.notSureHint}</span></span>
      <span>± <input type="number" min="0" max="50" step="1" .value=${String(Math.round(100 * margin))}
        @change=${(event: Event) => setMargin(shareIn(event))}> %</span></label>
    ${hasThresholds ? nothing : html`<p class="quiet small">${strings.assumedThreshold}</p>`}
  `;
}

function scoreRow(
  { label, score }: { readonly label: string; readonly score: number },
  threshold: number,
  margin: number,
  isChosen: boolean,
  choose: () => void,
): TemplateResult {
  const verdict = verdictOf(score, threshold, margin);
  const [from, to] = zoneOf(threshold, margin);
  const percent = (share: number): string => `${(100 * share).toFixed(2)}%`;
  return html`<li><button class="score" aria-pressed=${isChosen} @click=${choose}>
    <span class="line"><span class="label">${label}</span><span class="percent">${percentText(score)}</span>
      <span class=${`verdict ${verdict.replace(" ", "-")}`}>${strings.verdict[verdict]}</span></span>
    <span class="bar" aria-hidden="true">
      <span class="zone" .style=${`left: ${percent(from)}; width: ${percent(to - from)}`}></span>
      <span class="fill" .style=${`width: ${percent(score)}`}></span>
      <span class="tick" .style=${`left: ${percent(threshold)}`}></span>
    </span></button></li>`;
}

/** What a field of percents holds, as a share; what is not a number counts as 0. */
function shareIn({ target }: Event): number {
  const percent = target instanceof HTMLInputElement ? target.valueAsNumber : 0;
  return Number.isFinite(percent) ? Math.min(1, Math.max(0, percent / 100)) : 0;
}
