/** How the annotation looks beside what `viewer-style.ts` says; adopted by the viewer's own tree when it is opened. */
import { css } from "lit";

export const style = css`
  .tools button[aria-pressed="true"] { background: #223043; border-color: #6cb6ff; }
  .annotation input[type="text"], .panel details input[type="text"] { width: 100%; min-width: 0; background: var(--panel); border: 1px solid var(--line); border-radius: 6px;
    padding: 0.3rem 0.6rem; min-height: 2rem; }
  .panel h3 { margin: 0.8rem 0 0.3rem; font-size: 13px; font-weight: 600; overflow-wrap: anywhere; }
  .panel .row { display: flex; flex-wrap: wrap; align-items: center; gap: 0.35rem; }
  .marks li, .findings li { border: 1px solid transparent; border-radius: 8px; padding: 0.15rem 0.3rem; margin: 0.15rem -0.3rem; }
  .marks li.chosen { background: var(--chosen); }
  .findings { list-style: none; margin: 0; padding: 0; }
  .findings li { border-color: var(--line); padding: 0.35rem 0.5rem; margin: 0.4rem 0; }
  .panel .row .pick { flex: 1; display: grid; grid-template-columns: auto 1fr; gap: 0 0.5rem; align-items: center; min-width: 0; text-align: left; border: 0;
    background: none; padding: 0.15rem; }
  .panel .row .pick .small { grid-column: 2; }
  .panel .name, .panel .pick .small { overflow-wrap: anywhere; }
  .dot { width: 0.8rem; height: 0.8rem; border-radius: 50%; border: 1px solid #0006; }
  .away-button { border: 0; background: none; color: var(--quiet); }
  .problem { color: var(--problem); overflow-wrap: anywhere; }
  .done { color: var(--accent); }
  .panel > details { border-top: 1px solid var(--line); padding: 0.6rem 1rem; }
  .panel > details details { padding: 0.3rem 0; border: 0; }
  .panel > details summary { cursor: pointer; font-weight: 600; }
  .panel > details summary.small { font-weight: 400; }
  .values { display: grid; grid-template-columns: auto 1fr; gap: 0.1rem 0.8rem; margin: 0.3rem 0; font-size: 13px; }
  .values dt { color: var(--quiet); }
  .values dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums; }
  .panel table { width: 100%; border-collapse: collapse; font-size: 12px; font-variant-numeric: tabular-nums; }
  .panel th, .panel td { text-align: right; padding: 0.15rem 0.2rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
  .panel th:first-child { text-align: left; font-weight: 400; }
  .file { display: inline-block; margin-top: 0.5rem; }
  .file input { display: block; max-width: 100%; margin-top: 0.2rem; }
  .answers { display: flex; flex-direction: column; gap: 0.35rem; margin-bottom: 0.6rem; }
  .answers button { text-align: left; display: flex; justify-content: space-between; }
  .panel kbd { font: 11px ui-monospace, monospace; opacity: 0.75; margin-left: 0.5rem; }
  @media (max-width: 760px) {
    .panel .row button, .answers button { min-height: 2.5rem; }
  }
`;
