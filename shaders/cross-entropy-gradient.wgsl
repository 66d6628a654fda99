// dx = dy[0] · ∂loss/∂x of each row (pixel), for the loss of cross-entropy-sums.wgsl: with p = softmax(x) and l = −ln p[target],
// (1 − s) · weight[target] · d · (p − [class = target]) + s/c · (p · Σ weight − weight), d = (1 − p[target])^γ + γ (1 − p[target])^(γ−1) p[target] l
//
// One invocation computes one row; ignored rows get zeros.

struct Params {
  rows: u32, channels: u32, blocks: u32, height: u32, width: u32,
  target_n: u32, target_h: u32, target_w: u32, ignored: f32, smoothing: f32, focus: f32,
}

alias Value = vec4f;
alias Scalar = f32;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read> target_elements: array<Scalar>;
@group(0) @binding(2) var<storage, read> weight: array<Value>;
@group(0) @binding(3) var<storage, read> dy: array<Value>;
@group(0) @binding(4) var<storage, read_write> dx: array<Value>;
@group(0) @binding(5) var<uniform> params: Params;

// Below every finite f32: stands for −∞ in the pad lanes of a maximum.
const LOWEST = -3.4028234e38;

fn is_channel(block: u32) -> vec4<bool> {
  return block * 4u + vec4u(0u, 1u, 2u, 3u) < vec4u(params.channels);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = gid.x + gid.y * groups.x * 64u;
  if (row >= params.rows) { return; }
  let start = row * params.blocks;
  let place = row / params.width / params.height * params.target_n + row / params.width % params.height * params.target_h
    + row % params.width * params.target_w;
  let label = f32(target_elements[place]);
  if (label == params.ignored) {
    for (var block = 0u; block < params.blocks; block++) { dx[start + block] = Value(); }
    return;
  }
  var best = vec4f(LOWEST);
  for (var block = 0u; block < params.blocks; block++) { best = max(best, select(vec4f(LOWEST), vec4f(x[start + block]), is_channel(block))); }
  let largest = max(max(best.x, best.y), max(best.z, best.w));
  var sums = vec4f();
  var weights = 0.0;
  for (var block = 0u; block < params.blocks; block++) {
    sums += select(vec4f(), exp(vec4f(x[start + block]) - largest), is_channel(block));
    weights += dot(vec4f(weight[block]), vec4f(1.0));
  }
  let sum = (sums.x + sums.y) + (sums.z + sums.w);
  let class_index = min(u32(max(label, 0.0)), params.channels - 1u);
  let class_weight = f32(weight[class_index / 4u][class_index % 4u]);
  let surprise = log(sum) - (f32(x[start + class_index / 4u][class_index % 4u]) - largest);
  var slope = 1.0;
  if (params.focus > 0.0) {
    let likelihood = exp(-surprise);
    let rest = 1.0 - likelihood;
    slope = pow(rest, params.focus);
    if (rest > 0.0) { slope += params.focus * pow(rest, params.focus - 1.0) * likelihood * surprise; }
  }
  let incoming = f32(dy[0].x);
  let hard = incoming * (1.0 - params.smoothing) * class_weight * slope;
  let soft = incoming * params.smoothing / f32(params.channels);
  for (var block = 0u; block < params.blocks; block++) {
    let probability = exp(vec4f(x[start + block]) - largest) / sum;
    let hit = select(vec4f(), vec4f(1.0), block * 4u + vec4u(0u, 1u, 2u, 3u) == vec4u(class_index));
    let value = hard * (probability - hit) + soft * (probability * weights - vec4f(weight[block]));
    dx[start + block] = Value(select(vec4f(), value, is_channel(block)));
  }
}
