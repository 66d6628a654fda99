// y[n, c, h, w] = x[n − n0, c − c0, h − h0, w − w0] where that lies inside x, else `value`; pad lanes are zero.
//
// Padding, cropping and slicing are this one copy, with starts of either sign. One invocation writes one vector of four channels and
// reads each of the four by itself, since the channels may start anywhere in a vector.

struct Params {
  size: u32, channels: u32, blocks: u32, height: u32, width: u32,
  in_batch: i32, in_channels: i32, in_height: i32, in_width: i32, in_blocks: i32,
  start_n: i32, start_c: i32, start_h: i32, start_w: i32, value: f32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

fn element(pixel: i32, inside: bool, channel: u32) -> f32 {
  if (channel >= params.channels) { return 0.0; }
  let c = i32(channel) - params.start_c;
  if (!inside || c < 0 || c >= params.in_channels) { return params.value; }
  return f32(x[u32(pixel * params.in_blocks + c / 4)][c % 4]);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let channel = index % params.blocks * 4u;
  let w = i32(index / params.blocks % params.width) - params.start_w;
  let h = i32(index / params.blocks / params.width % params.height) - params.start_h;
  let n = i32(index / params.blocks / params.width / params.height) - params.start_n;
  let inside = n >= 0 && n < params.in_batch && h >= 0 && h < params.in_height && w >= 0 && w < params.in_width;
  let pixel = (n * params.in_height + h) * params.in_width + w;
  y[index] = Value(vec4f(
    element(pixel, inside, channel), element(pixel, inside, channel + 1u),
    element(pixel, inside, channel + 2u), element(pixel, inside, channel + 3u),
  ));
}
