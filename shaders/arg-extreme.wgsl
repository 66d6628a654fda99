// y = the place of the largest (or smallest) element of x along an axis, as a number: the first of equal ones, or the last
//
// One invocation finds four channels of the result; pad lanes are zero. A NaN is larger and smaller than every number.

struct Params {
  size: u32, channels: u32, blocks: u32, d0: u32, d1: u32, d2: u32, d3: u32, d4: u32, d5: u32,
  x_start: i32, x_n: i32, x_c: i32, x_0: i32, x_1: i32, x_2: i32, x_3: i32, x_4: i32, x_5: i32,
  axis_size: u32, axis_stride: i32, smallest: u32, last: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

fn is_nan(v: f32) -> bool { return (bitcast<u32>(v) & 0x7fffffffu) > 0x7f800000u; }

fn found(start: i32, channel: u32) -> f32 {
  if (channel >= params.channels) { return 0.0; }
  var at = start + i32(channel) * params.x_c;
  var best = f32(x[u32(at) / 4u][u32(at) % 4u]);
  var place = 0u;
  for (var i = 1u; i < params.axis_size; i++) {
    at += params.axis_stride;
    let v = f32(x[u32(at) / 4u][u32(at) % 4u]);
    let further = select(v > best, v < best, params.smallest == 1u) || (is_nan(v) && !is_nan(best));
    if (further || (params.last == 1u && (v == best || (is_nan(v) && is_nan(best))))) {
      best = v;
      place = i;
    }
  }
  return f32(place);
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
  y[index] = Value(vec4f(found(start, channel), found(start, channel + 1u), found(start, channel + 2u), found(start, channel + 3u)));
}
