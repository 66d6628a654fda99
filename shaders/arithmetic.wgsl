// y = a ∘ b, element by element, where an axis of size 1 repeats; pad lanes stay zero.
//
// One invocation computes one vector of four channels. Operands of one shape are read by index; otherwise a stride of 0 repeats an axis,
// and a single channel is spread over the four lanes.

struct Params {
  size: u32, channels: u32, blocks: u32, height: u32, width: u32,
  a_n: u32, a_h: u32, a_w: u32, a_c: u32, a_spread: u32,
  b_n: u32, b_h: u32, b_w: u32, b_c: u32, b_spread: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> a: array<Value>;
@group(0) @binding(1) var<storage, read> b: array<Value>;
@group(0) @binding(2) var<storage, read_write> y: array<Value>;
@group(0) @binding(3) var<uniform> params: Params;

override OPERATION = 0u;   // 0 add, 1 subtract, 2 multiply, 3 divide

fn combine(index: u32, left: vec4f, right: vec4f) {
  var value = left + right;
  if (OPERATION == 1u) { value = left - right; }
  if (OPERATION == 2u) { value = left * right; }
  if (OPERATION == 3u) { value = left / right; }
  let lane = index % params.blocks * 4u + vec4u(0u, 1u, 2u, 3u);
  y[index] = Value(select(vec4f(), value, lane < vec4u(params.channels)));
}

@compute @workgroup_size(64)
fn same(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  combine(index, vec4f(a[index]), vec4f(b[index]));
}

@compute @workgroup_size(64)
fn broadcast(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let w = index / params.blocks % params.width;
  let h = index / params.blocks / params.width % params.height;
  let n = index / params.blocks / params.width / params.height;
  let left = vec4f(a[n * params.a_n + h * params.a_h + w * params.a_w + block * params.a_c]);
  let right = vec4f(b[n * params.b_n + h * params.b_h + w * params.b_w + block * params.b_c]);
  combine(index, select(left, left.xxxx, params.a_spread == 1u), select(right, right.xxxx, params.b_spread == 1u));
}
