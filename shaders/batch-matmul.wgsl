// y[…, m, n] = Σ over k of a[…, m, k] · b[…, k, n], where axes of size 1 before the last two repeat
//
// One invocation computes one vector of four of the result's channels, which may be any of its axes, and reads both operands by strides.
// Pad lanes are zero.

struct Params {
  size: u32, channels: u32, blocks: u32, d0: u32, d1: u32, d2: u32, d3: u32, d4: u32, d5: u32,
  a_start: i32, a_n: i32, a_c: i32, a_0: i32, a_1: i32, a_2: i32, a_3: i32, a_4: i32, a_5: i32,
  b_start: i32, b_n: i32, b_c: i32, b_0: i32, b_1: i32, b_2: i32, b_3: i32, b_4: i32, b_5: i32,
  terms: u32, a_term: i32, b_term: i32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> a: array<Value>;
@group(0) @binding(1) var<storage, read> b: array<Value>;
@group(0) @binding(2) var<storage, read_write> y: array<Value>;
@group(0) @binding(3) var<uniform> params: Params;

fn product(left: i32, right: i32, channel: u32) -> f32 {
  if (channel >= params.channels) { return 0.0; }
  var i = left + i32(channel) * params.a_c;
  var j = right + i32(channel) * params.b_c;
  var sum = 0.0;
  for (var k = 0u; k < params.terms; k++) {
    sum += f32(a[u32(i) / 4u][u32(i) % 4u]) * f32(b[u32(j) / 4u][u32(j) % 4u]);
    i += params.a_term;
    j += params.b_term;
  }
  return sum;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let channel = index % params.blocks * 4u;
  let p5 = index / params.blocks;
  let p4 = p5 / params.d5;
  let p3 = p4 / params.d4;
  let p2 = p3 / params.d3;
  let p1 = p2 / params.d2;
  let p0 = p1 / params.d1;
  let n = i32(p0 / params.d0);
  let low = vec3i(vec3u(p0 % params.d0, p1 % params.d1, p2 % params.d2));
  let high = vec3i(vec3u(p3 % params.d3, p4 % params.d4, p5 % params.d5));
  let left = params.a_start + n * params.a_n + low.x * params.a_0 + low.y * params.a_1 + low.z * params.a_2
    + high.x * params.a_3 + high.y * params.a_4 + high.z * params.a_5;
  let right = params.b_start + n * params.b_n + low.x * params.b_0 + low.y * params.b_1 + low.z * params.b_2
    + high.x * params.b_3 + high.y * params.b_4 + high.z * params.b_5;
  y[index] = Value(vec4f(
    product(left, right, channel), product(left, right, channel + 1u), product(left, right, channel + 2u), product(left, right, channel + 3u),
  ));
}
