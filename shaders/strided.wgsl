// y[n, c, p…] = x at start + n · x_n + c · x_c + Σ p_k · x_k, in lanes: transposed, repeated, reversed or thinned out
//
// One invocation writes one vector of four channels and reads each of the four where its strides lead; pad lanes are zero.

struct Params {
  size: u32, channels: u32, blocks: u32, d0: u32, d1: u32, d2: u32, d3: u32, d4: u32, d5: u32,
  x_start: i32, x_n: i32, x_c: i32, x_0: i32, x_1: i32, x_2: i32, x_3: i32, x_4: i32, x_5: i32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

fn element(start: i32, channel: u32) -> f32 {
  if (channel >= params.channels) { return 0.0; }
  let at = u32(start + i32(channel) * params.x_c);
  return f32(x[at / 4u][at % 4u]);
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
  let n = p0 / params.d0;
  let start = params.x_start + i32(n) * params.x_n + i32(p0 % params.d0) * params.x_0 + i32(p1 % params.d1) * params.x_1
    + i32(p2 % params.d2) * params.x_2 + i32(p3 % params.d3) * params.x_3 + i32(p4 % params.d4) * params.x_4 + i32(p5 % params.d5) * params.x_5;
  y[index] = Value(vec4f(element(start, channel), element(start, channel + 1u), element(start, channel + 2u), element(start, channel + 3u)));
}
