// y[c] = weight[c] / √(variance[c] + ε)
//
// The factor by which a batch norm with fixed statistics multiplies. One invocation computes four channels; pad lanes are zero because
// weight is zero there.

struct Params { blocks: u32, epsilon: f32 }

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> weight: array<Value>;
@group(0) @binding(1) var<storage, read> variance: array<Value>;
@group(0) @binding(2) var<storage, read_write> y: array<Value>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  if (gid.x >= params.blocks) { return; }
  y[gid.x] = Value(vec4f(weight[gid.x]) / sqrt(vec4f(variance[gid.x]) + params.epsilon));
}
