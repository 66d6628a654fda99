// y[i] = Σ over parts s of partials[first + s · size + i]
//
// The second pass of sums that were taken in parts, in the order of the parts. One invocation adds one vector of each.

struct Params { size: u32, parts: u32, first: u32 }

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> partials: array<Value>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  var sum = vec4f();
  for (var part = 0u; part < params.parts; part++) { sum += vec4f(partials[params.first + part * params.size + index]); }
  y[index] = Value(sum);
}
