// sum += x, or sum = x where `phase` begins a step (its first element is not 0). One invocation adds one vector, as it lies in memory.

struct Params { size: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> phase: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> sum: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let others = select(sum[index], vec4f(), phase[0].x != 0.0);
  sum[index] = others + x[index];
}
