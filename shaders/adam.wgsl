// m = β₁ · m + (1 − β₁) · g, v = β₂ · v + (1 − β₂) · g², weight −= rate / c₁ · m / (√v / √c₂ + ε), with cᵢ = 1 − βᵢᵗ
//
// g = factor · gradient + decay · weight (Adam), or the weight is first multiplied by 1 − rate · decay (AdamW, `decoupled`).
// One invocation changes one vector of an arena. A workgroup works on one row of 64 vectors; `ranges` holds for each row the factor of the
// rate (0: nothing changes), the weight decay, and how many of its vectors are in use. `control` holds the rate, the factor of the
// gradient, and whether anything changes at all; `progress` holds cᵢ / (1 − βᵢ) in its second and third element.

struct Params { size: u32, first_row: u32, beta1: f32, beta2: f32, rest1: f32, rest2: f32, epsilon: f32, decoupled: u32 }

@group(0) @binding(0) var<storage, read> gradient: array<vec4f>;
@group(0) @binding(1) var<storage, read> ranges: array<vec4f>;
@group(0) @binding(2) var<storage, read> control: array<vec4f>;
@group(0) @binding(3) var<storage, read> progress: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> weight: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> mean: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> square: array<vec4f>;
@group(0) @binding(7) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let range = ranges[params.first_row + index / 64u];
  let step = control[0];
  if (index % 64u >= u32(range.z) || range.x == 0.0 || step.z == 0.0) { return; }
  let rate = step.x * range.x;
  let correction1 = params.rest1 * progress[0].y;
  let correction2 = sqrt(params.rest2 * progress[0].z);
  var value = weight[index];
  var slope = gradient[index] * step.y;
  if (params.decoupled == 1u) { value -= rate * range.y * value; } else { slope += range.y * value; }
  let m = params.beta1 * mean[index] + params.rest1 * slope;
  let v = params.beta2 * square[index] + params.rest2 * slope * slope;
  mean[index] = m;
  square[index] = v;
  weight[index] = value - rate / correction1 * (m / (sqrt(v) / correction2 + params.epsilon));
}
