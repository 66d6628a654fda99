// y = |x|^exponent; pad lanes stay zero. One invocation computes one vector of four channels.

struct Params { size: u32, channels: u32, blocks: u32, exponent: f32 }

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let lane = index % params.blocks * 4u + vec4u(0u, 1u, 2u, 3u);
  let power = pow(abs(vec4f(x[index])), vec4f(params.exponent));
  y[index] = Value(select(vec4f(), power, lane < vec4u(params.channels)));
}
