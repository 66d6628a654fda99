/** Update rules in float64, on one weight: what each does to an element, once a step. */

/** An element, and what its optimiser keeps of it. */
export interface Element {
  weight: number;
  first: number;
  second: number;
}

/** What is the same for all elements of one weight in step `t`, from 1. */
export interface StepOptions {
  readonly t: number;
  readonly lr: number;
  readonly weightDecay?: number;
  readonly momentum?: number;
  readonly nesterov?: boolean;
  readonly betas?: readonly [number, number];
  readonly eps?: number;
  readonly decoupled?: boolean;
}

/** Changes the elements of one weight by their gradients. */
export type PlainRule = (elements: readonly Element[], gradients: readonly number[], options: StepOptions) => void;

export const sgd: PlainRule = (elements, gradients, { lr, weightDecay = 0, momentum = 0, nesterov = false }) => {
  elements.forEach((element, i) => {
    const g = gradients[i] + weightDecay * element.weight;
    element.first = momentum * element.first + g;
    element.weight -= lr * (nesterov ? g + momentum * element.first : element.first);
  });
};

/** Updates the moments, and gives them with their bias corrections; weight decay is taken off the weight or added to the gradient. */
function moments(element: Element, gradient: number, options: StepOptions): { m: number; v: number; c1: number; c2: number } {
  const { t, lr, weightDecay = 0, betas: [beta1, beta2] = [0.9, 0.999], decoupled = false } = options;
  const g = decoupled ? gradient : gradient + weightDecay * element.weight;
  if (decoupled) element.weight *= 1 - lr * weightDecay;
  element.first = beta1 * element.first + (1 - beta1) * g;
  element.second = beta2 * element.second + (1 - beta2) * g * g;
  return { m: element.first, v: element.second, c1: 1 - beta1 ** t, c2: 1 - beta2 ** t };
}

export const adam: PlainRule = (elements, gradients, options) => {
  elements.forEach((element, i) => {
    const { m, v, c1, c2 } = moments(element, gradients[i], options);
    element.weight -= (options.lr * (m / c1)) / (Math.sqrt(v / c2) + (options.eps ?? 1e-8));
  });
};

export const radam: PlainRule = (elements, gradients, options) => {
  const { t, lr, betas: [, beta2] = [0.9, 0.999], eps = 1e-8 } = options;
  const longest = 2 / (1 - beta2) - 1;
  const length = longest - (2 * t * beta2 ** t) / (1 - beta2 ** t);
  const rectified = Math.sqrt(((length - 4) * (length - 2) * longest) / ((longest - 4) * (longest - 2) * length));
  elements.forEach((element, i) => {
    const { m, v, c1, c2 } = moments(element, gradients[i], options);
    element.weight -= lr * (m / c1) * (length > 5 ? (rectified * Math.sqrt(c2)) / (Math.sqrt(v) + eps) : 1);
  });
};

const norm = (values: readonly number[]): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

export const lamb: PlainRule = (elements, gradients, options) => {
  const { lr, weightDecay = 0, eps = 1e-6 } = options;
  const directions = elements.map((element, i) => {
    const { m, v, c1, c2 } = moments(element, gradients[i], { ...options, weightDecay: 0 });
    return m / c1 / (Math.sqrt(v / c2) + eps) + weightDecay * element.weight;
  });
  const [ofWeight, ofDirection] = [norm(elements.map(({ weight }) => weight)), norm(directions)];
  const ratio = ofWeight > 0 && ofDirection > 0 ? ofWeight / ofDirection : 1;
  elements.forEach((element, i) => {
    element.weight -= lr * ratio * directions[i];
  });
};

/** What gradients are multiplied by so that their norm is at most `maxNorm`. */
export const clipFactor = (gradients: readonly (readonly number[])[], maxNorm: number): number =>
  Math.min(1, maxNorm / (norm(gradients.flat()) + 1e-6));
