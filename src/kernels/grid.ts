/** Workgroup counts. */

/** WebGPU's default limit of workgroups along one axis. */
export const MAX_WORKGROUPS = 65535;

/** Workgroups of 64 for this many invocations; past the limit along x they fold into y, and the kernel counts gid.x + gid.y · row. */
export function grid(invocations: number): [number, number] {
  const groups = Math.max(1, Math.ceil(invocations / 64));
  const rows = Math.ceil(groups / MAX_WORKGROUPS);
  return [Math.ceil(groups / rows), rows];
}

/** `across` groups along x, folded into z past the limit, by `down` along y. */
export function foldedGrid(across: number, down: number): [number, number, number] {
  const layers = Math.ceil(across / MAX_WORKGROUPS);
  return [Math.ceil(across / layers), down, layers];
}
