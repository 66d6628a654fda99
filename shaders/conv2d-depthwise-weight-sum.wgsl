// dweight[c, t] = Σ over chunks s of partials[s, t, c]
//
// One invocation adds the chunks for four channels of one tap, in their order, and writes them where a depthwise convolution's filters lie:
// [c][t], one vector a tap with three lanes of padding.

struct Params { size: u32, chunks: u32, channels: u32, blocks: u32, taps: u32 }

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> partials: array<Value>;
@group(0) @binding(1) var<storage, read_write> dweight: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

fn store(channel: u32, tap: u32, sum: f32) {
  if (channel < params.channels) { dweight[channel * params.taps + tap] = Value(vec4f(sum, 0.0, 0.0, 0.0)); }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  var sum = vec4f();
  for (var chunk = 0u; chunk < params.chunks; chunk++) { sum += vec4f(partials[chunk * params.size + index]); }
  let channel = index % params.blocks * 4u;
  let tap = index / params.blocks;
  store(channel, tap, sum.x);
  store(channel + 1u, tap, sum.y);
  store(channel + 2u, tap, sum.z);
  store(channel + 3u, tap, sum.w);
}
