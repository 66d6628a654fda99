// y = a where the condition is not 0, else b, element by element, where an axis of size 1 repeats
//
// One invocation computes one vector of four channels and reads each operand by strides; pad lanes are zero.

struct Params {
  size: u32, channels: u32, blocks: u32, d0: u32, d1: u32, d2: u32, d3: u32, d4: u32, d5: u32,
  condition_start: i32, condition_n: i32, condition_c: i32, condition_0: i32, condition_1: i32, condition_2: i32, condition_3: i32,
  condition_4: i32, condition_5: i32,
  a_start: i32, a_n: i32, a_c: i32, a_0: i32, a_1: i32, a_2: i32, a_3: i32, a_4: i32, a_5: i32,
  b_start: i32, b_n: i32, b_c: i32, b_0: i32, b_1: i32, b_2: i32, b_3: i32, b_4: i32, b_5: i32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> condition: array<Value>;
@group(0) @binding(1) var<storage, read> a: array<Value>;
@group(0) @binding(2) var<storage, read> b: array<Value>;
@group(0) @binding(3) var<storage, read_write> y: array<Value>;
@group(0) @binding(4) var<uniform> params: Params;

fn element(chosen: i32, left: i32, right: i32, channel: u32) -> f32 {
  if (channel >= params.channels) { return 0.0; }
  let c = i32(channel);
  let k = u32(chosen + c * params.condition_c);
  let i = u32(left + c * params.a_c);
  let j = u32(right + c * params.b_c);
  if (f32(condition[k / 4u][k % 4u]) != 0.0) { return f32(a[i / 4u][i % 4u]); }
  return f32(b[j / 4u][j % 4u]);
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
  let chosen = params.condition_start + n * params.condition_n + low.x * params.condition_0 + low.y * params.condition_1
    + low.z * params.condition_2 + high.x * params.condition_3 + high.y * params.condition_4 + high.z * params.condition_5;
  let left = params.a_start + n * params.a_n + low.x * params.a_0 + low.y * params.a_1 + low.z * params.a_2
    + high.x * params.a_3 + high.y * params.a_4 + high.z * params.a_5;
  let right = params.b_start + n * params.b_n + low.x * params.b_0 + low.y * params.b_1 + low.z * params.b_2
    + high.x * params.b_3 + high.y * params.b_4 + high.z * params.b_5;
  y[index] = Value(vec4f(
    element(chosen, left, right, channel), element(chosen, left, right, channel + 1u),
    element(chosen, left, right, channel + 2u), element(chosen, left, right, channel + 3u),
  ));
}
