/** The ways to explain a score, by name. */
import { deconvnet, gradCamMethod, gradCamPlusPlusMethod, gradient, guidedBackprop, guidedGradCam } from "./by-gradient.ts";
import { cam } from "./class-activation-map.ts";
import type { Method } from "./method.ts";
import { occlusion } from "./occlusion-sweep.ts";
import { smoothGradient } from "./smooth-gradient.ts";

export const methods = {
  "grad-cam": gradCamMethod,
  "grad-cam++": gradCamPlusPlusMethod,
  "guided-grad-cam": guidedGradCam,
  cam,
  gradient,
  "smooth-gradient": smoothGradient,
  "guided-backprop": guidedBackprop,
  deconvnet,
  occlusion,
} as const satisfies Record<string, Method>;

export type MethodName = keyof typeof methods;

export const methodNames = Object.keys(methods) as readonly MethodName[];
