// dx = dy / (2 · root) for root = √x, and 0 where that is 0. One invocation computes one vector of four channels.

struct Params { size: u32 }

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> root: array<Value>;
@group(0) @binding(1) var<storage, read> dy: array<Value>;
@group(0) @binding(2) var<storage, read_write> dx: array<Value>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let value = vec4f(root[index]);
  dx[index] = Value(select(0.5 * vec4f(dy[index]) / value, vec4f(), value == vec4f()));
}
