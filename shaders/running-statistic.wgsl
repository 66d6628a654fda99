// y[c] = running[c] + momentum · (factor · statistics[row, c] − running[c])
//
// One invocation computes four channels.

struct Params { blocks: u32, row: u32, momentum: f32, factor: f32 }

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> running: array<Value>;
@group(0) @binding(1) var<storage, read> statistics: array<Value>;
@group(0) @binding(2) var<storage, read_write> y: array<Value>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  if (gid.x >= params.blocks) { return; }
  let before = vec4f(running[gid.x]);
  y[gid.x] = Value(before + params.momentum * (params.factor * vec4f(statistics[params.row * params.blocks + gid.x]) - before));
}
