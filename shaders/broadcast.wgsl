// y = x, where an axis of size 1 repeats; pad lanes stay zero.
//
// One invocation writes one vector of four channels. A stride of 0 repeats an axis, and a single channel is spread over the four lanes.

struct Params { size: u32, channels: u32, blocks: u32, height: u32, width: u32, x_n: u32, x_h: u32, x_w: u32, x_c: u32, x_spread: u32 }

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let w = index / params.blocks % params.width;
  let h = index / params.blocks / params.width % params.height;
  let n = index / params.blocks / params.width / params.height;
  let value = x[n * params.x_n + h * params.x_h + w * params.x_w + block * params.x_c];
  let lane = block * 4u + vec4u(0u, 1u, 2u, 3u);
  y[index] = select(Value(), select(value, value.xxxx, params.x_spread == 1u), lane < vec4u(params.channels));
}
