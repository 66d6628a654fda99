// y[c] = bias[c] + (before[c] − mean[c]) · scale[c]
//
// What a batch norm with fixed statistics adds; `before` is the bias of the convolution in front, or zero. One invocation computes four
// channels.

struct Params { blocks: u32 }

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> bias: array<Value>;
@group(0) @binding(1) var<storage, read> mean: array<Value>;
@group(0) @binding(2) var<storage, read> scale: array<Value>;
@group(0) @binding(3) var<storage, read> before: array<Value>;
@group(0) @binding(4) var<storage, read_write> y: array<Value>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  if (gid.x >= params.blocks) { return; }
  y[gid.x] = Value(vec4f(bias[gid.x]) + (vec4f(before[gid.x]) - vec4f(mean[gid.x])) * vec4f(scale[gid.x]));
}
