// y and x hold the same elements in row-major order [batch, channels, area], under two splits into batch, channels and area.
//
// One invocation writes one vector of four channels, reading each of the four where the other split put it.

struct Params { size: u32, channels: u32, blocks: u32, area: u32, in_channels: u32, in_blocks: u32, in_area: u32 }

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

fn element(n: u32, channel: u32, p: u32) -> f32 {
  if (channel >= params.channels) { return 0.0; }
  let flat = (n * params.channels + channel) * params.area + p;
  let in_p = flat % params.in_area;
  let in_c = flat / params.in_area % params.in_channels;
  let in_n = flat / params.in_area / params.in_channels;
  return f32(x[(in_n * params.in_area + in_p) * params.in_blocks + in_c / 4u][in_c % 4u]);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let channel = index % params.blocks * 4u;
  let p = index / params.blocks % params.area;
  let n = index / params.blocks / params.area;
  y[index] = Value(vec4f(element(n, channel, p), element(n, channel + 1u, p), element(n, channel + 2u, p), element(n, channel + 3u, p)));
}
