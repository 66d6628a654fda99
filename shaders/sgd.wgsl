// v = momentum · v + g, then weight −= rate · v; Nesterov: weight −= rate · (g + momentum · v). g = factor · gradient + decay · weight
//
// One invocation changes one vector of an arena. A workgroup works on one row of 64 vectors; `ranges` holds for each row the factor of the
// rate (0: nothing changes), the weight decay, and how many of its vectors are in use. `control` holds the rate, the factor of the
// gradient, and whether anything changes at all.

struct Params { size: u32, first_row: u32, momentum: f32, nesterov: u32 }

@group(0) @binding(0) var<storage, read> gradient: array<vec4f>;
@group(0) @binding(1) var<storage, read> ranges: array<vec4f>;
@group(0) @binding(2) var<storage, read> control: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> weight: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> velocity: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let range = ranges[params.first_row + index / 64u];
  let step = control[0];
  if (index % 64u >= u32(range.z) || range.x == 0.0 || step.z == 0.0) { return; }
  let old = weight[index];
  let slope = gradient[index] * step.y + range.y * old;
  let moving = params.momentum * velocity[index] + slope;
  velocity[index] = moving;
  weight[index] = old - step.x * range.x * select(moving, slope + params.momentum * moving, params.nesterov == 1u);
}
