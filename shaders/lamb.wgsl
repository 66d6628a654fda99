// weight −= rate · ‖weight‖ / ‖u‖ · u for each weight of an arena, with u = m̂ / (√v̂ + ε) + decay · weight (LAMB: You et al., 2020)
//
// m̂ and v̂ are Adam's moments with bias correction; where a norm is 0 the ratio is 1. `moments` updates them, one invocation a vector;
// `squares` sums the squares of weight and u over a row of 64 vectors, one invocation a row; segment-sums.wgsl adds up the rows of each
// weight; `update` takes the step. `ranges` and `control` as in adam.wgsl; the fourth element of a row is the number of its weight.

struct Params { size: u32, rows: u32, first_row: u32, beta1: f32, beta2: f32, rest1: f32, rest2: f32, epsilon: f32 }

// The gradient (`moments`), or the squared norms of each weight and its u (`update`).
@group(0) @binding(0) var<storage, read> gradient: array<vec4f>;
@group(0) @binding(1) var<storage, read> ranges: array<vec4f>;
@group(0) @binding(2) var<storage, read> control: array<vec4f>;
@group(0) @binding(3) var<storage, read> progress: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> weight: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> mean: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> square: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> sums: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

fn is_in_use(index: u32, range: vec4f) -> bool {
  return index % 64u < u32(range.z) && range.x != 0.0 && control[0].z != 0.0;
}

@compute @workgroup_size(64)
fn moments(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  if (!is_in_use(index, ranges[params.first_row + index / 64u])) { return; }
  let slope = gradient[index] * control[0].y;
  mean[index] = params.beta1 * mean[index] + params.rest1 * slope;
  square[index] = params.beta2 * square[index] + params.rest2 * slope * slope;
}

fn direction(index: u32, decay: f32) -> vec4f {
  let m = mean[index] / (params.rest1 * progress[0].y);
  let v = square[index] / (params.rest2 * progress[0].z);
  return m / (sqrt(v) + params.epsilon) + decay * weight[index];
}

@compute @workgroup_size(64)
fn squares(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = gid.x + gid.y * groups.x * 64u;
  if (row >= params.rows) { return; }
  let range = ranges[params.first_row + row];
  var of_weight = vec4f();
  var of_direction = vec4f();
  for (var i = 0u; i < 64u; i++) {
    let index = row * 64u + i;
    if (!is_in_use(index, range)) { break; }
    let u = direction(index, range.y);
    of_weight += weight[index] * weight[index];
    of_direction += u * u;
  }
  sums[params.first_row + row] = vec4f(dot(of_weight, vec4f(1.0)), dot(of_direction, vec4f(1.0)), 0.0, 0.0);
}

@compute @workgroup_size(64)
fn update(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let range = ranges[params.first_row + index / 64u];
  if (!is_in_use(index, range)) { return; }
  let norms = sqrt(gradient[u32(range.w)].xy);
  var ratio = 1.0;
  if (norms.x > 0.0 && norms.y > 0.0) { ratio = norms.x / norms.y; }
  weight[index] -= control[0].x * range.x * ratio * direction(index, range.y);
}
