// y = x at the place that an index gives along one axis, and at its own place along the others; a negative index counts from the end
//
// One invocation writes one vector of four channels; both x and the indices are read by strides through the result. Indices outside the
// axis read its edge, so that nothing outside x is touched. Pad lanes are zero.

struct Params {
  size: u32, channels: u32, blocks: u32, d0: u32, d1: u32, d2: u32, d3: u32, d4: u32, d5: u32,
  x_start: i32, x_n: i32, x_c: i32, x_0: i32, x_1: i32, x_2: i32, x_3: i32, x_4: i32, x_5: i32,
  index_start: i32, index_n: i32, index_c: i32, index_0: i32, index_1: i32, index_2: i32, index_3: i32, index_4: i32, index_5: i32,
  axis_size: i32, axis_stride: i32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read> index: array<Value>;
@group(0) @binding(2) var<storage, read_write> y: array<Value>;
@group(0) @binding(3) var<uniform> params: Params;

fn element(start: i32, place: i32, channel: u32) -> f32 {
  if (channel >= params.channels) { return 0.0; }
  let j = u32(place + i32(channel) * params.index_c);
  let given = i32(f32(index[j / 4u][j % 4u]));
  let along = clamp(select(given, given + params.axis_size, given < 0), 0, params.axis_size - 1);
  let i = u32(start + i32(channel) * params.x_c + along * params.axis_stride);
  return f32(x[i / 4u][i % 4u]);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let vector = gid.x + gid.y * groups.x * 64u;
  if (vector >= params.size) { return; }
  let channel = vector % params.blocks * 4u;
  let p5 = vector / params.blocks;
  let p4 = p5 / params.d5;
  let p3 = p4 / params.d4;
  let p2 = p3 / params.d3;
  let p1 = p2 / params.d2;
  let p0 = p1 / params.d1;
  let n = i32(p0 / params.d0);
  let low = vec3i(vec3u(p0 % params.d0, p1 % params.d1, p2 % params.d2));
  let high = vec3i(vec3u(p3 % params.d3, p4 % params.d4, p5 % params.d5));
  let start = params.x_start + n * params.x_n + low.x * params.x_0 + low.y * params.x_1 + low.z * params.x_2
    + high.x * params.x_3 + high.y * params.x_4 + high.z * params.x_5;
  let place = params.index_start + n * params.index_n + low.x * params.index_0 + low.y * params.index_1 + low.z * params.index_2
    + high.x * params.index_3 + high.y * params.index_4 + high.z * params.index_5;
  y[vector] = Value(vec4f(
    element(start, place, channel), element(start, place, channel + 1u), element(start, place, channel + 2u), element(start, place, channel + 3u),
  ));
}
