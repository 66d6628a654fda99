// y = (1 − t) · x + (1 + (weight[c] − 1) · t) · ln(1 + e^−x): the cross-entropy of sigmoid(x) with t, where t = 1 counts weight[c] times
//
// One invocation computes one vector of four channels; pad lanes stay zero.

struct Params { size: u32, channels: u32, blocks: u32, x_stride: u32, x_offset: u32 }

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read> target_values: array<Value>;
@group(0) @binding(2) var<storage, read> weight: array<Value>;
@group(0) @binding(3) var<storage, read_write> y: array<Value>;
@group(0) @binding(4) var<uniform> params: Params;

// ln(1 + e) for 0 ≤ e ≤ 1; where 1 + e would round e's digits away, by its series.
fn log_one_plus(e: vec4f) -> vec4f {
  let series = e * (1.0 - e * (0.5 - e * (0.3333333333 - e * 0.25)));
  return select(log(1.0 + e), series, e < vec4f(0.02));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let logit = vec4f(x[index / params.blocks * params.x_stride + params.x_offset + block]);
  let truth = vec4f(target_values[index]);
  let softplus = log_one_plus(exp(-abs(logit))) + max(-logit, vec4f());
  let loss = (1.0 - truth) * logit + (1.0 + (vec4f(weight[block]) - 1.0) * truth) * softplus;
  let lane = block * 4u + vec4u(0u, 1u, 2u, 3u);
  y[index] = Value(select(vec4f(), loss, lane < vec4u(params.channels)));
}
