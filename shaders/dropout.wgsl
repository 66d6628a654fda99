// y = x / (1 − rate) where the random number of (seed, step, element) is at least rate · 2³², else 0
//
// One invocation computes one vector of four channels. Elements are counted in row-major order of [n, c, h, w], whatever the layout.

struct Params {
  size: u32, channels: u32, blocks: u32, area: u32, seed: u32, threshold: u32, factor: f32,
  x_stride: u32, x_offset: u32, y_stride: u32, y_offset: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read> step: array<Value>;
@group(0) @binding(2) var<storage, read_write> y: array<Value>;
@group(0) @binding(3) var<uniform> params: Params;

// A bijective mix of 32 bits (Wellons 2018, "lowbias32").
fn mixed(value: vec4u) -> vec4u {
  var bits = value;
  bits = (bits ^ (bits >> vec4u(16u))) * 0x7feb352du;
  bits = (bits ^ (bits >> vec4u(15u))) * 0x846ca68bu;
  return bits ^ (bits >> vec4u(16u));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let pixel = index / params.blocks;
  let channel = block * 4u + vec4u(0u, 1u, 2u, 3u);
  let element = (pixel / params.area * params.channels + channel) * params.area + pixel % params.area;
  let stream = mixed(mixed(vec4u(params.seed)) ^ vec4u(u32(step[0].x)));
  let keeps = mixed(mixed(element) ^ stream) >= vec4u(params.threshold);
  let value = vec4f(x[pixel * params.x_stride + params.x_offset + block]);
  y[pixel * params.y_stride + params.y_offset + block] = Value(select(vec4f(), value * params.factor, keeps));
}
