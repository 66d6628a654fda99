/** y[i] = (Σ p w Δ, Σ w² Δ, Σ w, Σ p ln(p / w)) over all j ≠ i, with Δ = places[i] − places[j] and w = 1 / (1 + |Δ|²) */
import { type Values, values } from "./values.ts";

export function tsneForces(p: Values, places: Values, measured: Values): Values {
  const [n] = p.shape;
  const y = values([n, 6]);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      if (i === j) continue;
      const [dx, dy] = [0, 1].map((axis) => places.data[2 * i + axis] - places.data[2 * j + axis]);
      const w = 1 / (1 + dx * dx + dy * dy);
      const probability = p.data[i * n + j];
      const divergence = probability > 0 && measured.data[0] !== 0 ? probability * Math.log(probability / w) : 0;
      [probability * w * dx, probability * w * dy, w * w * dx, w * w * dy, w, divergence].forEach((value, channel) => {
        y.data[6 * i + channel] += value;
      });
    }
  return y;
}
