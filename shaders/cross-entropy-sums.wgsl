// y = [Σ loss, Σ weight[target]] over all rows (pixels) of logits x [n, c, h, w] with class labels `target`, where with p = softmax(x)
// loss = weight[target] · (1 − s) · (1 − p[target])^γ · −ln p[target] + s/c · Σ weight · −ln p, for smoothing s and focus γ
//
// In two passes of fixed order. One invocation of `parts` adds a run of rows, the one of `total` the runs. Rows labelled `ignored` count
// nothing; a label that is no class makes the sum NaN.

struct Params {
  rows: u32, part_rows: u32, parts: u32, channels: u32, blocks: u32, height: u32, width: u32,
  target_n: u32, target_h: u32, target_w: u32, ignored: f32, smoothing: f32, focus: f32, invalid: f32,
}

alias Value = vec4f;
alias Scalar = f32;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read> target_elements: array<Scalar>;
@group(0) @binding(2) var<storage, read> weight: array<Value>;
@group(0) @binding(3) var<storage, read> partials: array<Value>;   // [part][Σ loss, Σ weight]; x again in `parts`, which reads none
@group(0) @binding(4) var<storage, read_write> y: array<Value>;
@group(0) @binding(5) var<uniform> params: Params;

// Below every finite f32: stands for −∞ in the pad lanes of a maximum.
const LOWEST = -3.4028234e38;

fn is_channel(block: u32) -> vec4<bool> {
  return block * 4u + vec4u(0u, 1u, 2u, 3u) < vec4u(params.channels);
}

// [loss, weight] of one row.
fn row_loss(row: u32) -> vec2f {
  let place = row / params.width / params.height * params.target_n + row / params.width % params.height * params.target_h
    + row % params.width * params.target_w;
  let label = f32(target_elements[place]);
  if (label == params.ignored) { return vec2f(); }
  if (!(label >= 0.0 && label < f32(params.channels))) { return vec2f(params.invalid, 1.0); }
  let start = row * params.blocks;
  var best = vec4f(LOWEST);
  for (var block = 0u; block < params.blocks; block++) { best = max(best, select(vec4f(LOWEST), vec4f(x[start + block]), is_channel(block))); }
  let largest = max(max(best.x, best.y), max(best.z, best.w));
  var sums = vec4f();
  var weighted = 0.0;   // Σ weight · (x − largest)
  var weights = 0.0;
  for (var block = 0u; block < params.blocks; block++) {
    let distance = select(vec4f(), vec4f(x[start + block]) - largest, is_channel(block));
    sums += select(vec4f(), exp(distance), is_channel(block));
    weighted += dot(vec4f(weight[block]), distance);
    weights += dot(vec4f(weight[block]), vec4f(1.0));
  }
  let logarithm = log((sums.x + sums.y) + (sums.z + sums.w));
  let class_index = u32(label);
  let class_weight = f32(weight[class_index / 4u][class_index % 4u]);
  let surprise = logarithm - (f32(x[start + class_index / 4u][class_index % 4u]) - largest);
  var focused = surprise;
  if (params.focus > 0.0) { focused = surprise * pow(1.0 - exp(-surprise), params.focus); }
  let spread = (logarithm * weights - weighted) / f32(params.channels);
  return vec2f((1.0 - params.smoothing) * class_weight * focused + params.smoothing * spread, class_weight);
}

@compute @workgroup_size(64)
fn parts(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let part = gid.x + gid.y * groups.x * 64u;
  if (part >= params.parts) { return; }
  let begin = part * params.part_rows;
  let end = min(begin + params.part_rows, params.rows);
  var sum = vec2f();
  for (var row = begin; row < end; row++) { sum += row_loss(row); }
  y[part] = Value(vec4f(sum, 0.0, 0.0));
}

@compute @workgroup_size(64)
fn total(@builtin(global_invocation_id) gid: vec3u) {
  if (gid.x > 0u) { return; }
  var sum = vec4f();
  for (var part = 0u; part < params.parts; part++) { sum += vec4f(partials[part]); }
  y[0] = Value(sum);
}
