/** The panels of the right column, from top to bottom; see `panel.ts` for what one is. */
import { annotationPanel } from "./annotation-panel.ts";
import { casesPanel } from "./cases/cases-panel.ts";
import { comparePanel } from "./compare-panel.ts";
import { displayPanel } from "./display-panel.ts";
import { heatMapPanel } from "./heat-map-panel.ts";
import { lungPanel } from "./lung-panel.ts";
import { offlinePanel } from "./offline-panel.ts";
import type { MakePanel } from "./panel.ts";
import { remarksPanel } from "./remarks-panel.ts";
import { reportPanel } from "./report/report-panel.ts";
import { scoresPanel } from "./scores-panel.ts";
import { trainingPanel } from "./training-panel.ts";

export const panels: readonly MakePanel[] = [
  scoresPanel,
  remarksPanel,
  heatMapPanel,
  comparePanel,
  lungPanel,
  casesPanel,
  annotationPanel,
  displayPanel,
  reportPanel,
  trainingPanel,
  offlinePanel,
];

/** Those that say nothing of what models or others think of the film. */
export const blindPanels: readonly MakePanel[] = [annotationPanel, displayPanel];
