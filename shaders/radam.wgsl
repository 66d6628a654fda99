// Adam whose step waits until the variance of its second moment can be told (Liu et al., 2020):
// weight −= rate · m / c₁ · r · √c₂ / (√v + ε) where ρ > 5, else weight −= rate · m / c₁
//
// ρ = ρ∞ − 2t β₂ᵗ / (1 − β₂ᵗ), ρ∞ = 2 / (1 − β₂) − 1, r² = (ρ − 4)(ρ − 2) ρ∞ / ((ρ∞ − 4)(ρ∞ − 2) ρ); m, v, cᵢ as in adam.wgsl.
// One invocation changes one vector of an arena, by rows of `ranges` as in adam.wgsl. `progress` holds t, Sᵢ = Σ βᵢʲ for j < t, and
// D = Σ S₂ over the steps before: early on ρ = 2t − 1 − 2 D / S₂, in which nothing large cancels.

struct Params { size: u32, first_row: u32, beta1: f32, beta2: f32, rest1: f32, rest2: f32, epsilon: f32, decoupled: u32 }

@group(0) @binding(0) var<storage, read> gradient: array<vec4f>;
@group(0) @binding(1) var<storage, read> ranges: array<vec4f>;
@group(0) @binding(2) var<storage, read> control: array<vec4f>;
@group(0) @binding(3) var<storage, read> progress: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> weight: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> mean: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> square: array<vec4f>;
@group(0) @binding(7) var<uniform> params: Params;

fn length_of_average(t: f32, sum: f32, sum_of_sums: f32, longest: f32) -> f32 {
  let late = longest - 2.0 * t * (1.0 / (params.rest2 * sum) - 1.0);
  let early = 2.0 * t - 1.0 - 2.0 * sum_of_sums / sum;
  return select(late, early, t * params.rest2 < 1.0);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let range = ranges[params.first_row + index / 64u];
  let step = control[0];
  if (index % 64u >= u32(range.z) || range.x == 0.0 || step.z == 0.0) { return; }
  let rate = step.x * range.x;
  var value = weight[index];
  var slope = gradient[index] * step.y;
  if (params.decoupled == 1u) { value -= rate * range.y * value; } else { slope += range.y * value; }
  let m = params.beta1 * mean[index] + params.rest1 * slope;
  let v = params.beta2 * square[index] + params.rest2 * slope * slope;
  mean[index] = m;
  square[index] = v;
  let longest = 2.0 / params.rest2 - 1.0;
  let length = length_of_average(progress[0].x, progress[0].z, progress[0].w, longest);
  var update = m / (params.rest1 * progress[0].y);
  if (length > 5.0) {
    let rectified = sqrt((length - 4.0) / (longest - 4.0) * ((length - 2.0) / (longest - 2.0)) * (longest / length));
    update *= rectified * sqrt(params.rest2 * progress[0].z) / (sqrt(v) + params.epsilon);
  }
  weight[index] = value - rate * update;
}
