// y = Σ over taps of weight · x[index] + bias along one axis, with taps of its own for each of the result's places
//
// Row i of the table holds three numbers a tap (index / 1024, index mod 1024, weight: whole numbers that half precision holds too) and the
// bias last. Taps of weight 0 are not read. Entry point `pixels`: the axis is not the channels; one invocation computes one vector of four
// channels. Entry point `channels`: each of the four has taps of its own. Pad lanes stay zero.

struct Params { size: u32, channels: u32, blocks: u32, length: u32, in_length: u32, inner: u32, in_blocks: u32, taps: u32, row: u32 }

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read> table: array<Value>;
@group(0) @binding(2) var<storage, read_write> y: array<Value>;
@group(0) @binding(3) var<uniform> params: Params;

fn entry(row: u32, column: u32) -> f32 { return f32(table[row * params.row + column / 4u][column % 4u]); }

fn index_of(row: u32, tap: u32) -> u32 { return u32(entry(row, 3u * tap)) * 1024u + u32(entry(row, 3u * tap + 1u)); }

@compute @workgroup_size(64)
fn pixels(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let inner = index % params.inner;
  let place = index / params.inner % params.length;
  let outer = index / params.inner / params.length;
  var sum = vec4f(entry(place, 3u * params.taps));
  for (var tap = 0u; tap < params.taps; tap++) {
    let weight = entry(place, 3u * tap + 2u);
    if (weight != 0.0) { sum += weight * vec4f(x[(outer * params.in_length + index_of(place, tap)) * params.inner + inner]); }
  }
  let lane = index % params.blocks * 4u + vec4u(0u, 1u, 2u, 3u);
  y[index] = Value(select(vec4f(), sum, lane < vec4u(params.channels)));
}

fn channel_sum(pixel: u32, channel: u32) -> f32 {
  if (channel >= params.channels) { return 0.0; }
  var sum = entry(channel, 3u * params.taps);
  for (var tap = 0u; tap < params.taps; tap++) {
    let weight = entry(channel, 3u * tap + 2u);
    let place = index_of(channel, tap);
    if (weight != 0.0) { sum += weight * f32(x[pixel * params.in_blocks + place / 4u][place % 4u]); }
  }
  return sum;
}

@compute @workgroup_size(64)
fn channels(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let channel = index % params.blocks * 4u;
  let pixel = index / params.blocks;
  y[index] = Value(vec4f(
    channel_sum(pixel, channel), channel_sum(pixel, channel + 1u), channel_sum(pixel, channel + 2u), channel_sum(pixel, channel + 3u),
  ));
}
