// y[n, c, h, w] = act((x[n, c, h, w] − mean[c]) / √(variance[c] + ε) · weight[c] + bias[c] + residual[n, c, h, w])
//
// The mean is subtracted first, so that nothing cancels where it is far above the deviation. One invocation computes four channels of every
// `rows`-th pixel, so that the factors are worked out once; weight and bias are zero in pad lanes.

struct Params {
  size: u32, blocks: u32, pixels: u32, rows: u32,
  x_stride: u32, x_offset: u32, residual_stride: u32, residual_offset: u32, y_stride: u32, y_offset: u32,
  activation: u32, residual: u32, epsilon: f32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read> weight: array<Value>;
@group(0) @binding(2) var<storage, read> bias: array<Value>;
@group(0) @binding(3) var<storage, read> statistics: array<Value>;   // means, then variances
@group(0) @binding(4) var<storage, read> residual: array<Value>;
@group(0) @binding(5) var<storage, read_write> y: array<Value>;
@group(0) @binding(6) var<uniform> params: Params;

// Activations are comparisons and not max or clamp, which would make a number of a NaN.
const RELU = 1u;
const RELU6 = 2u;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let mean = vec4f(statistics[block]);
  let scale = vec4f(weight[block]) / sqrt(vec4f(statistics[params.blocks + block]) + params.epsilon);
  let offset = vec4f(bias[block]);
  for (var pixel = index / params.blocks; pixel < params.pixels; pixel += params.rows) {
    var value = (vec4f(x[pixel * params.x_stride + params.x_offset + block]) - mean) * scale + offset;
    if (params.residual == 1u) { value += vec4f(residual[pixel * params.residual_stride + params.residual_offset + block]); }
    if (params.activation >= RELU) { value = select(value, vec4f(), value < vec4f()); }
    if (params.activation == RELU6) { value = select(value, vec4f(6.0), value > vec4f(6.0)); }
    y[pixel * params.y_stride + params.y_offset + block] = Value(value);
  }
}
