/** How a report looks: white paper, on the screen and printed. */
import { css } from "lit";

/** For the document around it: while a report is open, nothing else is printed, and each page has its foot. */
export const documentStyle = `
  @page { margin: 14mm 13mm 18mm;
    @bottom-left { content: "Roentgen. Research use, not for clinical use."; font: 8pt system-ui, "Open Sans", sans-serif; color: #57606a; }
    @bottom-right { content: counter(page) " / " counter(pages); font: 8pt system-ui, "Open Sans", sans-serif; color: #57606a; } }
  @media print {
    html, body { height: auto !important; background: #fff !important; }
    body > :not(roentgen-report) { display: none !important; }
  }
`;

export const reportStyle = css`
  :host { display: block; position: fixed; inset: 0; z-index: 2147483647; overflow: auto; background: #5b6672; color: #1c2128; color-scheme: light;
    font: 13px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Open Sans", sans-serif; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  * { box-sizing: border-box; }
  .bar { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; align-items: center; gap: 0.6rem; padding: 0.5rem 1rem; background: #1b1f24;
    color: #dfe4ea; }
  .bar span { flex: 1; min-width: 10rem; }
  .bar button { font: inherit; color: inherit; background: #2b3138; border: 1px solid #4a545f; border-radius: 6px; padding: 0.35rem 0.9rem; min-height: 2rem;
    cursor: pointer; }
  .bar button.main { background: #6cb6ff; border-color: #6cb6ff; color: #0c1116; font-weight: 600; }
  :focus-visible { outline: 2px solid #1a66c2; outline-offset: 2px; }
  .paper { max-width: 60rem; margin: 1.2rem auto; padding: 2.2rem 2.4rem; background: #fff; border-radius: 4px; }
  .page + .page { border-top: 1px dashed #98a2ad; margin-top: 2rem; padding-top: 2rem; }
  header { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0.2rem 1.5rem; border-bottom: 2px solid #1c2128; padding-bottom: 0.3rem; }
  header strong { color: #9a4a00; }
  h1 { margin: 0.9rem 0 0.1rem; font-size: 20px; line-height: 1.25; overflow-wrap: anywhere; }
  h2 { margin: 1.1rem 0 0.35rem; font-size: 14px; break-after: avoid; }
  h3, h4 { margin: 0.8rem 0 0.3rem; font-size: 13px; break-after: avoid; }
  p { margin: 0.25rem 0; }
  .quiet { color: #57606a; }
  .films { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: 0.9rem; margin-top: 0.8rem; }
  figure { margin: 0; break-inside: avoid; }
  figure canvas { display: block; width: 100%; height: auto; }
  .films canvas.film { max-height: 24rem; object-fit: contain; object-position: top left; width: auto; max-width: 100%; }
  figcaption { font-size: 11.5px; color: #3a434d; margin-top: 0.3rem; overflow-wrap: anywhere; }
  .scale { display: flex; align-items: center; gap: 0.5rem; margin-top: 0.3rem; font-size: 11.5px; font-variant-numeric: tabular-nums; }
  .scale canvas { flex: 1; width: 0; min-width: 0; height: 0.7rem; border: 1px solid #98a2ad; }
  table { border-collapse: collapse; width: 100%; font-size: 12.5px; font-variant-numeric: tabular-nums; }
  tr { break-inside: avoid; }
  th, td { text-align: left; vertical-align: top; padding: 0.22rem 0.7rem 0.22rem 0; border-bottom: 1px solid #dde1e6; overflow-wrap: anywhere; }
  th { color: #57606a; font-weight: 600; }
  .number { text-align: right; white-space: nowrap; }
  td.verdict-positive { color: #9a4a00; font-weight: 600; }
  .barred { position: relative; display: block; min-width: 7rem; height: 0.7rem; margin-top: 0.25rem; background: #e9ecf0; }
  .barred span { position: absolute; top: 0; bottom: 0; }
  .barred .fill { left: 0; background: #1a66c2; }
  .barred .tick { top: -2px; bottom: -2px; width: 2px; margin-left: -1px; background: #1c2128; }
  .box { border-left: 4px solid #d98b2b; background: #fff4e0; padding: 0.4rem 0.7rem; margin: 0.6rem 0; }
  ul { margin: 0.2rem 0; padding-left: 1.2rem; }
  .like { display: grid; grid-template-columns: repeat(auto-fill, minmax(7.6rem, 1fr)); gap: 0.6rem; margin: 0.5rem 0 0; padding: 0; list-style: none; }
  .like canvas { max-height: 8rem; width: auto; max-width: 100%; }
  .none { display: grid; place-items: center; height: 6rem; background: #e9ecf0; color: #57606a; font-size: 11.5px; text-align: center; }
  .card { font-size: 11.5px; }
  .card table { font-size: 11px; }
  .card :is(th, td) { padding-block: 0.16rem; }
  code { font: 0.95em ui-monospace, monospace; }
  @media print {
    :host { position: static; overflow: visible; background: none; font-size: 12px; }
    table { font-size: 11.5px; }
    .card { font-size: 10.5px; }
    .card table { font-size: 10px; }
    .bar { display: none; }
    .paper { max-width: none; margin: 0; padding: 0; }
    .page + .page { break-before: page; border: 0; margin: 0; padding: 0; }
    .films { grid-template-columns: repeat(2, 1fr); }
    .films canvas.film { max-height: 105mm; }
  }
  @media (max-width: 760px) { .paper { margin: 0; padding: 1.2rem 1rem; border-radius: 0; } table { font-size: 11.5px; } .bar span { display: none; } }
`;
