/** How the viewer looks: a black canvas, quiet controls, light and dark, wide and narrow. */
import { css } from "lit";

export const viewerStyle = css`
  :host {
    color-scheme: light dark;
    --page: light-dark(#f3f4f6, #14171b);
    --panel: light-dark(#ffffff, #1b1f24);
    --line: light-dark(#dde1e6, #2b3138);
    --text: light-dark(#1c2128, #dfe4ea);
    --quiet: light-dark(#57606a, #98a2ad);
    --accent: light-dark(#1a66c2, #6cb6ff);
    --on-accent: light-dark(#ffffff, #0c1116);
    --chosen: light-dark(#e4eefa, #223043);
    --track: light-dark(#e9ecf0, #262c33);
    --zone: light-dark(#cfd6de, #3a434d);
    --positive: light-dark(#9a4a00, #f0a860);
    --warning: light-dark(#fff4e0, #33281a);
    --problem: light-dark(#a4201a, #ff938a);
    display: grid;
    grid-template: auto minmax(0, 1fr) auto auto / 15rem minmax(0, 1fr) 20rem;
    grid-template-areas: "head head head" "list stage panel" "list cases panel" "foot foot foot";
    height: 100%;
    min-height: 30rem;
    background: var(--page);
    color: var(--text);
    font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Open Sans", sans-serif;
  }
  * { box-sizing: border-box; }
  h2 { margin: 0 0 0.5rem; font-size: 12px; font-weight: 600; letter-spacing: 0.04em; text-transform: uppercase; color: var(--quiet); }
  button, select, input { font: inherit; color: inherit; }
  button, select, input:is([type="number"], [type="text"]) { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 0.3rem 0.6rem; min-height: 2rem; }
  button { cursor: pointer; }
  button:hover, select:hover { border-color: var(--quiet); }
  button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
  button[aria-pressed="true"] { background: var(--chosen); border-color: var(--accent); }
  select, input[type="range"] { width: 100%; }
  input[type="range"], input[type="checkbox"] { accent-color: var(--accent); }
  input[type="number"] { width: 5rem; text-align: right; font-variant-numeric: tabular-nums; }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
  .away { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  ul { list-style: none; margin: 0; padding: 0; }

  header { grid-area: head; display: flex; align-items: center; gap: 0.9rem; padding: 0.45rem 1rem; background: var(--panel); border-bottom: 1px solid var(--line); }
  header h1 { font-size: 16px; font-weight: 650; margin: 0; letter-spacing: 0.01em; }
  header label { display: flex; align-items: center; gap: 0.5rem; color: var(--quiet); }
  header select { width: auto; max-width: 15rem; color: var(--text); }
  header .stays { color: var(--quiet); margin-left: auto; }
  .clinical { color: var(--positive); border: 1px solid currentColor; border-radius: 99px; padding: 0.1rem 0.7rem; font-weight: 600; white-space: nowrap; }

  .list { grid-area: list; display: flex; flex-direction: column; min-height: 0; background: var(--panel); border-right: 1px solid var(--line); padding: 0.8rem; }
  .list ul { flex: 1; overflow: auto; margin: 0 -0.8rem; padding: 2px 0.8rem; }
  .list li { display: flex; align-items: stretch; }
  .list li .pick { flex: 1; min-width: 0; text-align: left; border: 0; border-radius: 6px; background: none; padding: 0.35rem 0.5rem; }
  .list li .pick[aria-current="true"] { background: var(--chosen); }
  .list li .name { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .list li .state { display: block; font-size: 12px; color: var(--quiet); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .list li .state.withheld { color: var(--positive); }
  .list li .state.failed { color: var(--problem); white-space: normal; }
  .list li .away-button { border: 0; background: none; color: var(--quiet); padding: 0 0.4rem; opacity: 0.65; }
  .list li .away-button:is(:hover, :focus-visible) { opacity: 1; }
  .list > button { margin-top: 0.7rem; }

  .stage { grid-area: stage; position: relative; background: #000; min-height: 0; display: flex; flex-direction: column; }
  .films { flex: 1; min-height: 0; position: relative; display: flex; gap: 2px; }
  .films figure { flex: 1; min-width: 0; margin: 0; display: flex; flex-direction: column; }
  .films figcaption { padding: 0.2rem 0.7rem; background: #0d0f12; color: #b8c1cc; font-size: 12px; }
  .films roentgen-film { flex: 1; min-height: 0; }
  .tools { display: flex; flex-wrap: wrap; gap: 0.35rem; padding: 0.4rem 0.6rem; background: #0d0f12; border-bottom: 1px solid #22272d; color-scheme: dark; }
  .tools button { background: #171b20; border-color: #2b3138; color: #cdd5de; }
  .tools button:hover { border-color: #5b6672; }
  .tools kbd { font: 11px ui-monospace, monospace; color: #98a2ad; margin-left: 0.35rem; }
  .empty { position: absolute; inset: 1rem; padding: 0 0.6rem; display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 0.5rem;
    color: #dfe4ea; text-align: center; border: 1px dashed #3a434d; border-radius: 12px; color-scheme: dark; }
  .empty p { margin: 0; }
  .empty .big { font-size: 20px; }
  .empty .small { color: #98a2ad; }
  .empty .buttons { display: flex; flex-wrap: wrap; justify-content: center; gap: 0.6rem; margin-top: 0.8rem; }
  .empty button { background: #171b20; border-color: #3a434d; color: #dfe4ea; }
  .empty button.main { background: #6cb6ff; border-color: #6cb6ff; color: #0c1116; }
  :host(.dropping) .stage::after { content: ""; position: absolute; inset: 4px; border: 2px solid #6cb6ff; border-radius: 8px; pointer-events: none; }
  .progress { position: absolute; left: 50%; bottom: 1.4rem; translate: -50%; display: flex; align-items: center; gap: 0.8rem; max-width: calc(100% - 2rem);
    padding: 0.5rem 0.9rem; border-radius: 10px; background: #1b1f24f2; border: 1px solid #343c45; color: #dfe4ea; color-scheme: dark; }
  .progress progress { width: 8rem; accent-color: #6cb6ff; }
  .progress button { background: none; border-color: #4a545f; color: #dfe4ea; }
  .failure { position: absolute; inset: auto 1rem 1rem; padding: 0.8rem 1rem; border-radius: 10px; background: #2c1715f5; border: 1px solid #7d3a35; color: #ffe1de; color-scheme: dark; }
  .failure strong { display: block; margin-bottom: 0.2rem; }
  .failure p { margin: 0; overflow-wrap: anywhere; }
  .failure .buttons { display: flex; gap: 0.5rem; margin-top: 0.6rem; }
  .failure button { background: none; border-color: #a3615b; color: #ffe1de; }

  roentgen-training { grid-area: stage; min-height: 0; z-index: 1; }

  .panel { grid-area: panel; overflow: auto; background: var(--panel); border-left: 1px solid var(--line); }
  .panel section { padding: 0.8rem 1rem; border-bottom: 1px solid var(--line); }
  .panel section:last-child { border-bottom: 0; }
  .panel p { margin: 0.4rem 0; }
  roentgen-cases { grid-area: cases; min-width: 0; }
  .row { display: flex; flex-wrap: wrap; gap: 0.4rem; margin: 0.5rem 0; }
  .problem { color: var(--problem); overflow-wrap: anywhere; }
  .quiet { color: var(--quiet); }
  .small { font-size: 12px; }
  .field { display: grid; grid-template-columns: 6rem minmax(0, 1fr); align-items: center; gap: 0.3rem 0.6rem; margin: 0.35rem 0; }
  .field.inline { display: flex; justify-content: space-between; }
  .remarks li { background: var(--warning); border-radius: 6px; padding: 0.35rem 0.55rem; margin: 0.3rem 0; font-size: 13px; overflow-wrap: anywhere; }

  .no-answer { background: var(--warning); border-radius: 8px; padding: 0.5rem 0.7rem; }
  .no-answer strong { display: block; }
  .no-answer strong::first-letter { text-transform: uppercase; }
  .no-answer p { margin: 0.2rem 0 0; overflow-wrap: anywhere; }

  .score { display: block; width: 100%; text-align: left; border: 1px solid transparent; border-radius: 8px; background: none; padding: 0.35rem 0.5rem; margin: 0 -0.5rem; width: calc(100% + 1rem); }
  .score[aria-pressed="true"] { background: var(--chosen); border-color: transparent; }
  .score .line { display: flex; align-items: baseline; gap: 0.5rem; }
  .score .label { flex: 1; min-width: 0; overflow-wrap: anywhere; }
  .score .percent { font-variant-numeric: tabular-nums; font-weight: 600; }
  .score .verdict { font-size: 12px; color: var(--quiet); width: 4.4rem; text-align: right; }
  .score .verdict.positive { color: var(--positive); font-weight: 600; }
  .compare table { width: 100%; margin-top: 0.5rem; border-collapse: collapse; table-layout: fixed; font-variant-numeric: tabular-nums; }
  .compare :is(th, td) { padding: 0.3rem 0.5rem 0.3rem 0; text-align: left; vertical-align: top; overflow-wrap: anywhere; border-top: 1px solid var(--line); }
  .compare thead th { border-top: 0; font-size: 12px; color: var(--quiet); font-weight: 600; }
  .compare tbody th { font-weight: 400; }
  .compare .percent { font-weight: 600; }
  .compare .verdict { display: block; font-size: 12px; color: var(--quiet); }
  .compare .verdict.positive { color: var(--positive); font-weight: 600; }

  .bar { position: relative; display: block; height: 8px; margin-top: 0.3rem; border-radius: 4px; background: var(--track); }
  .bar > * { position: absolute; top: 0; bottom: 0; }
  .bar .zone { background: repeating-linear-gradient(-45deg, var(--zone) 0 2px, transparent 2px 5px); }
  .bar .fill { left: 0; border-radius: 4px; background: var(--accent); opacity: 0.9; }
  .bar .tick { top: -3px; bottom: -3px; width: 2px; margin-left: -1px; background: var(--text); }

  footer { grid-area: foot; display: flex; flex-wrap: wrap; gap: 0.1rem 1.4rem; padding: 0.35rem 1rem; font-size: 12px; color: var(--quiet);
    background: var(--panel); border-top: 1px solid var(--line); font-variant-numeric: tabular-nums; }

  @media (max-width: 1000px) {
    :host { grid-template-columns: 12rem minmax(0, 1fr) 16rem; }
    header .stays { display: none; }
    .clinical { margin-left: auto; }
  }
  @media (max-width: 760px) {
    :host { display: block; height: auto; }
    header { position: sticky; top: 0; z-index: 1; flex-wrap: wrap; padding: 0.4rem 0.8rem; gap: 0.4rem 0.7rem; }
    header label { order: 3; width: 100%; }
    header select { flex: 1; max-width: none; }
    .stage { height: min(70vh, 110vw); }
    .tools button { padding-inline: 0.4rem; font-size: 13px; }
    .tools kbd { display: none; }
    .list { border-right: 0; border-bottom: 1px solid var(--line); }
    .list ul { display: flex; flex: none; overflow-x: auto; gap: 0.4rem; }
    .list li { flex: none; max-width: 13rem; border: 1px solid var(--line); border-radius: 8px; }
    .panel { border-left: 0; overflow: visible; }
    button, select, input:is([type="number"], [type="text"]) { min-height: 2.5rem; }
  }
  @media (prefers-reduced-motion: no-preference) { .bar .fill { transition: width 0.2s ease-out; } }
`;
