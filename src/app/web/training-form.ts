/** What a person chooses of a training: the options of `train` that matter in a page, each with the command line's own default. */
import { html, nothing, type TemplateResult } from "lit";
import type { LeakKind } from "../../training/leaks.ts";
import { usualRates } from "../../training/optimizers/named.ts";
import { recipes } from "../../training/recipes.ts";
import { trainDefaults } from "../train-config.ts";
import { strings } from "./strings.ts";
import type { ChosenOptions, KeptTraining } from "./training-protocol.ts";

const texts = strings.training;

/** The command line's, but for what learns: in a page it is the last layer at first. */
export const usualOptions: ChosenOptions = {
  start: "open model",
  freeze: "trunk",
  epochs: trainDefaults.epochs,
  batch: trainDefaults.batch,
  optimizer: trainDefaults.optimizer,
  schedule: trainDefaults.schedule,
  augment: trainDefaults.augment,
  sampler: trainDefaults.sampler,
  classWeights: trainDefaults.classWeights,
  labelSmoothing: trainDefaults.labelSmoothing,
  seed: 0,
};

/** Those of a kept training. */
export const optionsIn = ({ config }: KeptTraining): ChosenOptions => ({
  ...usualOptions,
  ...Object.fromEntries(Object.entries(config).filter(([key]) => key in usualOptions || optional.includes(key))),
  start: config.init === "random" ? "random values" : "open model",
});

const optional: readonly string[] = ["size", "lr", "weightDecay", "patience", "allow"];

const schedules = ["constant", "cosine", "one-cycle", "plateau"] as const;
const samplers = ["shuffled", "weighted", "balanced", "oversampled"] as const;
const optimizers = Object.keys(usualRates) as ChosenOptions["optimizer"][];
const leaks: readonly LeakKind[] = ["patient", "group", "bytes", "picture"];

export interface TrainingForm {
  readonly options: ChosenOptions;
  set(change: Partial<ChosenOptions>): void;
}

export function trainingForm({ options, set }: TrainingForm): TemplateResult {
  const { allow = [] } = options;
  const share = (kind: LeakKind, isAllowed: boolean): void => {
    const others = allow.filter((one) => one !== kind);
    set({ allow: isAllowed ? [...others, kind] : others });
  };
  return html`
    ${numberField(texts.epochs, options.epochs, { min: 1, required: true }, (epochs = usualOptions.epochs) => set({ epochs }))}
      ${choiceField(texts.freeze, ["trunk", "lower", "none"], options.freeze, (freeze) => set({ freeze }), texts.freezing)}
      ${choiceField(texts.start, ["open model", "random values"], options.start, (start) => set({ start }), texts.starting)}
      ${numberField(texts.batch, options.batch, { min: 1, required: true }, (batch = usualOptions.batch) => set({ batch }))}
      ${numberField(texts.lr, options.lr, { min: 0, step: "any", usual: texts.usual(String(usualRates[options.optimizer])) }, (lr) => set({ lr }))}
      <details>
        <summary>${texts.more}</summary>
        ${choiceField(texts.optimizer, optimizers, options.optimizer, (optimizer) => set({ optimizer }))}
        ${choiceField(texts.schedule, schedules, options.schedule.kind, (kind) => set({ schedule: { kind } }))}
        ${numberField(texts.size, options.size, { min: 32, usual: texts.modelSize }, (size) => set({ size }))}
        ${choiceField(texts.augment, Object.keys(recipes), options.augment, (augment) => set({ augment }))}
        ${choiceField(texts.sampler, samplers, options.sampler, (sampler) => set({ sampler }))}
        ${choiceField(texts.classWeights, ["none", "balanced"], String(options.classWeights), (rule) =>
          set({ classWeights: rule === "balanced" ? "balanced" : "none" }),
        )}
        ${numberField(texts.weightDecay, options.weightDecay, { min: 0, step: "any", usual: texts.usual(options.optimizer === "adamw" ? "0.01" : "0") }, (weightDecay) => set({ weightDecay }))}
        ${numberField(texts.labelSmoothing, options.labelSmoothing, { min: 0, max: 1, step: "any" }, (labelSmoothing = 0) => set({ labelSmoothing }))}
        ${numberField(texts.patience, options.patience, { min: 1, usual: texts.noPatience }, (patience) => set({ patience }))}
        ${numberField(texts.seed, options.seed, { min: 0, required: true }, (seed = 0) => set({ seed }))}
        <fieldset class="checks">
          <legend>${texts.allow}</legend>
          ${leaks.map(
            (kind) => html`<label><input type="checkbox" .checked=${allow.includes(kind)}
              @change=${({ target }: Event) => share(kind, target instanceof HTMLInputElement && target.checked)} /> ${texts.allowed[kind]}</label>`,
          )}
        </fieldset>
      </details>
  `;
}

interface Bounds {
  readonly min: number;
  readonly max?: number;
  readonly step?: "any";
  readonly required?: boolean;
  /** What is taken where nothing is typed. */
  readonly usual?: string;
}

/** A number, or nothing where the field is empty. */
function numberField(
  name: string,
  value: number | undefined,
  { min, max, step, required = false, usual = "" }: Bounds,
  set: (value: number | undefined) => void,
): TemplateResult {
  const change = ({ target }: Event): void => {
    if (target instanceof HTMLInputElement) set(Number.isFinite(target.valueAsNumber) ? target.valueAsNumber : undefined);
  };
  return html`<label class="field"><span>${name}</span>
    <input type="number" min=${min} max=${max ?? nothing} step=${step ?? 1} ?required=${required} placeholder=${usual}
      .value=${value === undefined ? "" : String(value)} @change=${change} /></label>`;
}

/** One of some names, shown by their texts where they have any. */
function choiceField<Name extends string>(
  label: string,
  names: readonly Name[],
  chosen: string,
  choose: (name: Name) => void,
  shown: Readonly<Partial<Record<string, string>>> = {},
): TemplateResult {
  const change = ({ target }: Event): void => {
    const name = target instanceof HTMLSelectElement && names[target.selectedIndex];
    if (name) choose(name);
  };
  return html`<label class="field"><span>${label}</span>
    <select @change=${change}>${names.map((name) => html`<option .selected=${name === chosen}>${shown[name] ?? name}</option>`)}</select></label>`;
}
