// y[o, …] = weight[o, …] · scale[o]
//
// Puts a batch norm's scale into the filters in front of it. One invocation computes one vector of a filter.

struct Params { size: u32, filter_vectors: u32 }

alias Value = vec4f;
alias Scalar = f32;

@group(0) @binding(0) var<storage, read> weight: array<Value>;
@group(0) @binding(1) var<storage, read> scale: array<Scalar>;
@group(0) @binding(2) var<storage, read_write> y: array<Value>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  y[index] = Value(vec4f(weight[index]) * f32(scale[index / params.filter_vectors]));
}
