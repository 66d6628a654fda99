// dx = dy · ((1 − t) · sigmoid(x) − weight[c] · t · sigmoid(−x)); pad lanes stay zero, because those of dy are.
//
// One invocation computes one vector of four channels.

struct Params { size: u32, blocks: u32, x_stride: u32, x_offset: u32, dy_stride: u32, dy_offset: u32, y_stride: u32, y_offset: u32 }

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read> target_values: array<Value>;
@group(0) @binding(2) var<storage, read> weight: array<Value>;
@group(0) @binding(3) var<storage, read> dy: array<Value>;
@group(0) @binding(4) var<storage, read_write> dx: array<Value>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let pixel = index / params.blocks;
  let logit = vec4f(x[pixel * params.x_stride + params.x_offset + block]);
  let truth = vec4f(target_values[index]);
  // sigmoid of |x| and of −|x|, neither of which cancels or overflows.
  let e = exp(-abs(logit));
  let large = 1.0 / (1.0 + e);
  let small = e / (1.0 + e);
  let positive = select(small, large, logit >= vec4f());
  let negative = select(large, small, logit >= vec4f());
  let slope = (1.0 - truth) * positive - vec4f(weight[block]) * truth * negative;
  dx[pixel * params.y_stride + params.y_offset + block] = Value(vec4f(dy[pixel * params.dy_stride + params.dy_offset + block]) * slope);
}
