// dx = weight[c] / √(variance[c] + ε) · (g − (Σ g + x̂ · Σ g · x̂) / count), where x̂ = (x − mean[c]) / √(variance[c] + ε) and
// g = dy · act′(x̂ · weight[c] + bias[c])
//
// The gradient through the batch's own statistics too. One invocation computes four channels of every `rows`-th pixel, so that what is the
// same for all pixels is worked out once; x̂ and what the activation was given are computed again and not kept from the forward pass.
// Weight, bias and dy are zero in pad lanes.

struct Params {
  size: u32, blocks: u32, pixels: u32, rows: u32, activation: u32, epsilon: f32,
  x_stride: u32, x_offset: u32, dy_stride: u32, dy_offset: u32, y_stride: u32, y_offset: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read> dy: array<Value>;
@group(0) @binding(2) var<storage, read> weight: array<Value>;
@group(0) @binding(3) var<storage, read> bias: array<Value>;
@group(0) @binding(4) var<storage, read> statistics: array<Value>;   // means, then variances
@group(0) @binding(5) var<storage, read> sum: array<Value>;   // Σ g
@group(0) @binding(6) var<storage, read> products: array<Value>;   // Σ g · x̂
@group(0) @binding(7) var<storage, read_write> dx: array<Value>;
@group(0) @binding(8) var<uniform> params: Params;

const RELU = 1u;
const RELU6 = 2u;

// The gradient by what the activation was given: zero where that is cut off, as PyTorch has it at the kinks.
fn before_activation(incoming: vec4f, given: vec4f) -> vec4f {
  var passed = incoming;
  if (params.activation >= RELU) { passed = select(vec4f(), passed, given > vec4f()); }
  if (params.activation == RELU6) { passed = select(vec4f(), passed, given < vec4f(6.0)); }
  return passed;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let mean = vec4f(statistics[block]);
  let deviation = sqrt(vec4f(statistics[params.blocks + block]) + params.epsilon);
  let scale = vec4f(weight[block]) / deviation;
  let offset = vec4f(bias[block]);
  let count = f32(params.pixels);
  let mean_passed = vec4f(sum[block]) / count;
  let slope = vec4f(products[block]) / (deviation * count);
  for (var pixel = index / params.blocks; pixel < params.pixels; pixel += params.rows) {
    let centred = vec4f(x[pixel * params.x_stride + params.x_offset + block]) - mean;
    let incoming = vec4f(dy[pixel * params.dy_stride + params.dy_offset + block]);
    let passed = before_activation(incoming, centred * scale + offset);
    dx[pixel * params.y_stride + params.y_offset + block] = Value(scale * (passed - mean_passed - centred * slope));
  }
}
