// y = (1 − α) · y + α · x after every `every`-th step, as it lies in memory; y stays as it is otherwise
//
// One invocation changes one vector. `control` holds in its third element whether the step is taken, `progress` in its first the number t
// of steps. α is at least warm / (warm + 1 + t), so that what y began with is forgotten soon. With α = 1, y becomes x.

struct Params { size: u32, every: u32, alpha: f32, warm: f32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> control: array<vec4f>;
@group(0) @binding(2) var<storage, read> progress: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  if (control[0].z == 0.0 || u32(progress[0].x) % params.every != 0u) { return; }
  let alpha = max(params.alpha, params.warm / (params.warm + 1.0 + progress[0].x));
  y[index] = (1.0 - alpha) * y[index] + alpha * x[index];
}
