// y[part, c] = Σ g and y[parts + part, c] = Σ g · x̂ over the pixels of each part, where x̂ = (x − mean[c]) / √(variance[c] + ε) and
// g = dy · act′(x̂ · weight[c] + bias[c])
//
// The first of two passes of fixed order: one invocation adds four channels of one run of pixels. What the activation was given is
// computed again, which takes less than reading what became of it. Weight, bias and dy are zero in pad lanes.

struct Params {
  blocks: u32, pixels: u32, part_pixels: u32, parts: u32, activation: u32, epsilon: f32,
  x_stride: u32, x_offset: u32, dy_stride: u32, dy_offset: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read> dy: array<Value>;
@group(0) @binding(2) var<storage, read> weight: array<Value>;
@group(0) @binding(3) var<storage, read> bias: array<Value>;
@group(0) @binding(4) var<storage, read> statistics: array<Value>;   // means, then variances
@group(0) @binding(5) var<storage, read_write> y: array<Value>;
@group(0) @binding(6) var<uniform> params: Params;

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
  if (index >= params.parts * params.blocks) { return; }
  let block = index % params.blocks;
  let begin = index / params.blocks * params.part_pixels;
  let end = min(begin + params.part_pixels, params.pixels);
  let mean = vec4f(statistics[block]);
  let deviation = sqrt(vec4f(statistics[params.blocks + block]) + params.epsilon);
  let scale = vec4f(weight[block]) / deviation;
  let offset = vec4f(bias[block]);
  var sum = vec4f();
  var products = vec4f();
  for (var pixel = begin; pixel < end; pixel++) {
    let centred = vec4f(x[pixel * params.x_stride + params.x_offset + block]) - mean;
    let incoming = vec4f(dy[pixel * params.dy_stride + params.dy_offset + block]);
    let passed = before_activation(incoming, centred * scale + offset);
    sum += passed;
    products += passed * centred;
  }
  y[index] = Value(sum);
  y[params.parts * params.blocks + index] = Value(products / deviation);
}
