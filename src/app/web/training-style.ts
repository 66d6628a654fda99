/** How the training's view looks: a page of its own over the film, in the viewer's colours. */
import { css } from "lit";

export const trainingStyle = css`
  :host {
    --train: light-dark(#0072b2, #56b4e9);
    --validation: light-dark(#b34a00, #e69f00);
    display: block;
    overflow: auto;
    background: var(--panel);
    padding: 1rem 1.2rem 2rem;
  }
  :host([hidden]) { display: none; }
  :host(.dropping) { outline: 2px solid var(--accent); outline-offset: -4px; }
  * { box-sizing: border-box; }
  .top { display: flex; align-items: baseline; gap: 1rem; flex-wrap: wrap; }
  .top h2 { margin: 0; font-size: 18px; }
  .top button { margin-left: auto; }
  h3 { margin: 0 0 0.5rem; font-size: 12px; font-weight: 600; letter-spacing: 0.04em; text-transform: uppercase; color: var(--quiet); }
  p { margin: 0.4rem 0; max-width: 46rem; overflow-wrap: anywhere; }
  .quiet { color: var(--quiet); }
  .small { font-size: 12px; }
  .away { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  .parts { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 1.4rem 2rem; margin-top: 1rem; }
  .parts > .whole { grid-column: 1 / -1; }
  button, select, input { font: inherit; color: inherit; }
  button, select, input[type="number"] { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 0.3rem 0.6rem; min-height: 2rem; }
  button { cursor: pointer; }
  button:disabled { cursor: default; opacity: 0.55; }
  button:not(:disabled):hover, select:hover { border-color: var(--quiet); }
  button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
  .buttons { display: flex; flex-wrap: wrap; gap: 0.6rem; margin: 0.8rem 0; }
  select, input[type="number"] { width: 100%; }
  input[type="number"]:user-invalid { border-color: var(--problem); }
  input[type="checkbox"] { accent-color: var(--accent); }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
  .field { display: grid; grid-template-columns: 9rem minmax(0, 16rem); align-items: center; gap: 0.3rem 0.6rem; margin: 0.35rem 0; }
  fieldset { border: 0; margin: 0; padding: 0; min-width: 0; }
  fieldset:disabled { opacity: 0.6; }
  .checks { margin-top: 0.6rem; }
  .checks legend { padding: 0; color: var(--quiet); }
  .checks label { display: block; }
  summary { cursor: pointer; margin: 0.6rem 0; }
  .kept { background: var(--chosen); border-radius: 8px; padding: 0.6rem 0.9rem; }
  .problem { background: var(--warning); border-radius: 8px; padding: 0.5rem 0.7rem; }
  progress { width: 100%; max-width: 46rem; accent-color: var(--accent); }
  .figures { font-variant-numeric: tabular-nums; }
  .curves { display: grid; gap: 0.6rem; }
  .curves svg { display: block; max-width: 100%; height: auto; background: none; font-size: 11px; }
  .curves svg text { white-space: pre; }
  .wide { overflow-x: auto; }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 0.4rem 0; }
  th, td { text-align: right; padding: 0.2rem 0.7rem 0.2rem 0; border-bottom: 1px solid var(--line); font-weight: 400; white-space: nowrap; }
  th:first-child { text-align: left; }
  thead th { color: var(--quiet); font-size: 12px; }
  @media (max-width: 1000px) { .parts { grid-template-columns: minmax(0, 1fr); } }
  @media (max-width: 760px) {
    :host { padding: 0.8rem; }
    .field { grid-template-columns: 8rem minmax(0, 1fr); }
    button, select, input[type="number"] { min-height: 2.5rem; }
  }
`;
