/** Another model beside the one that scores the list: its scores of the same picture in a column of their own, and its heat map. */
import { html, nothing, type TemplateResult } from "lit";
import { InputError } from "../../bytes.ts";
import type { Panel } from "./panel.ts";
import type { Explained, ModelFile, OpenedModel } from "./protocol.ts";
import { ASSUMED_THRESHOLD, percentText, valueText, verdictOf } from "./score-text.ts";
import { NO_METHOD, type Of, type Session } from "./session.ts";
import { strings } from "./strings.ts";
import { type Scored, selectedItem } from "./worklist.ts";

export interface Compared {
  readonly file: ModelFile;
  readonly opened?: OpenedModel;
  /** Of the picture that is looked at. */
  readonly result?: Of<Scored>;
  readonly heat?: Of<Explained>;
}

const KIND = "compare";
const second = { which: "second" } as const;

export function comparePanel(session: Session): Panel {
  const { set, call, attempt, cancel } = session;

  const put = (change: Partial<Compared>): void => {
    const { compared } = session.state;
    if (compared) set({ compared: { ...compared, ...change } });
  };
  const choose = (file: ModelFile | undefined): void => {
    cancel(KIND);
    if (file) set({ compared: { file } });
    else {
      if (session.state.compared?.opened) call("close", second);
      set({ compared: undefined });
    }
    compute();
  };

  /** What is still missing of the picture that is looked at. */
  const compute = (): void => {
    const { compared, list } = session.state;
    const item = selectedItem(list);
    if (!compared) return;
    put({ heat: undefined, ...(compared.result?.id !== item?.id && { result: undefined }) });
    attempt(KIND, compute, async (options) => {
      if (!compared.opened) put({ opened: await call("open", { model: compared.file, ...second }, options) });
      if (!item) return;
      const { id, source: picture } = item;
      try {
        if (!session.state.compared?.result) put({ result: { id, ...(await call("predict", { picture, ...second }, options)) } });
      } catch (error) {
        // The list says what is wrong with the picture.
        if (error instanceof InputError) return;
        throw error;
      }
      const { label, method } = session.state;
      const opened = session.state.compared?.opened;
      if (label === undefined || method === NO_METHOD || !opened?.classes.includes(label) || !opened.methods.includes(method)) return;
      put({ heat: { id, ...(await call("explain", { picture, method, label, ...second }, options)) } });
    });
  };
  session.watch((change) => {
    // The same model twice says nothing.
    if (change === "model" && session.state.compared?.file.name === session.state.file?.name) choose(undefined);
    else if (change !== "model" && change !== "film") compute();
  });

  const pick = ({ target }: Event): void => {
    if (target instanceof HTMLSelectElement) choose(session.host.models.find(({ name }) => name === target.value));
  };
  return () => {
    const { file, opened, compared, label, method } = session.state;
    const others = session.host.models.filter(({ name }) => name !== file?.name);
    if (!opened || others.length === 0) return nothing;
    return html`<section class="compare">
      <h2>${strings.comparison}</h2>
      <label class="field"><span>${strings.compareWith}</span>
        <select @change=${pick}>
          <option value="" .selected=${compared === undefined}>${strings.noComparison}</option>
          ${others.map(({ name }) => html`<option .selected=${name === compared?.file.name}>${name}</option>`)}
        </select></label>
      ${scoresBeside(session)}
      ${scaleText(session)}
      ${
        compared?.opened && label !== undefined && method !== NO_METHOD && !compared.opened.classes.includes(label)
          ? html`<p class="quiet small">${strings.noSuchClass(compared.opened.name, label)}</p>`
          : nothing
      }
    </section>`;
  };
}

/** One model of the two, and how its scores are called. */
interface Column {
  readonly opened: OpenedModel;
  readonly result: Scored;
  readonly thresholds: Readonly<Record<string, number>>;
}

function scoresBeside({ state }: Session): TemplateResult | typeof nothing {
  const { opened, compared, list, margin } = state;
  const result = selectedItem(list)?.result;
  if (!opened || !result || !compared?.opened || !compared.result) return nothing;
  const columns: readonly Column[] = [
    { opened, result, thresholds: state.thresholds },
    { opened: compared.opened, result: compared.result, thresholds: compared.opened.thresholds },
  ];
  const labels = new Set(columns.flatMap((column) => column.result.predictions.map((one) => one.label)));
  return html`<table>
    <thead><tr><th scope="col">${strings.className}</th>${columns.map((column) => html`<th scope="col">${column.opened.name}</th>`)}</tr></thead>
    <tbody>
      ${[...labels].map((label) => html`<tr><th scope="row">${label}</th>${columns.map((column) => scoreCell(label, column, margin))}</tr>`)}
    </tbody>
  </table>`;
}

function scoreCell(label: string, { opened, result, thresholds }: Column, margin: number): TemplateResult {
  const score = result.predictions.find((one) => one.label === label)?.score;
  if (score === undefined) return html`<td class="quiet">${result.withheld ? strings.noAnswer : strings.notAClass}</td>`;
  if (!opened.isProbability) return html`<td>${valueText(score)}</td>`;
  const verdict = verdictOf(score, thresholds[label] ?? ASSUMED_THRESHOLD, margin);
  return html`<td><span class="percent">${percentText(score)}</span>
    <span class=${`verdict ${verdict.replace(" ", "-")}`}>${strings.verdict[verdict]}</span>
    <span class="bar" aria-hidden="true"><span class="fill" .style=${`width: ${(100 * score).toFixed(2)}%`}></span></span></td>`;
}

/** The value that is the strongest colour in both heat maps; undefined unless there are two. */
export function scaleOf({ heat, compared }: Session["state"]): number | undefined {
  const other = compared?.heat;
  return heat && other && heat.id === other.id ? Math.max(heat.limit, other.limit) : undefined;
}

function scaleText({ state }: Session): TemplateResult | typeof nothing {
  const scale = scaleOf(state);
  return scale === undefined ? nothing : html`<p class="quiet small">${strings.oneScale(valueText(scale))}</p>`;
}
