// y[n, c, p] = e^(x − max) / Σ over c of e^(x − max)       (entry point `softmax`)
// y[n, c, p] = x − max − ln Σ over c of e^(x − max)        (entry point `log_softmax`)
//
// One invocation computes all channels of one pixel (or of one row of [n, c]); pad lanes stay zero.

struct Params { size: u32, channels: u32, blocks: u32 }

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

// Below every finite f32: stands for −∞ in the pad lanes of a maximum.
const LOWEST = -3.4028234e38;

fn is_channel(block: u32) -> vec4<bool> {
  return block * 4u + vec4u(0u, 1u, 2u, 3u) < vec4u(params.channels);
}

fn greatest(start: u32) -> f32 {
  var best = vec4f(LOWEST);
  for (var block = 0u; block < params.blocks; block++) { best = max(best, select(vec4f(LOWEST), vec4f(x[start + block]), is_channel(block))); }
  return max(max(best.x, best.y), max(best.z, best.w));
}

fn sum_of_exponentials(start: u32, best: f32) -> f32 {
  var sum = vec4f();
  for (var block = 0u; block < params.blocks; block++) { sum += select(vec4f(), exp(vec4f(x[start + block]) - best), is_channel(block)); }
  return (sum.x + sum.y) + (sum.z + sum.w);
}

@compute @workgroup_size(64)
fn softmax(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let start = index * params.blocks;
  let best = greatest(start);
  let sum = sum_of_exponentials(start, best);
  for (var block = 0u; block < params.blocks; block++) {
    y[start + block] = Value(select(vec4f(), exp(vec4f(x[start + block]) - best) / sum, is_channel(block)));
  }
}

@compute @workgroup_size(64)
fn log_softmax(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let start = index * params.blocks;
  let best = greatest(start);
  let logarithm = log(sum_of_exponentials(start, best));
  for (var block = 0u; block < params.blocks; block++) {
    y[start + block] = Value(select(vec4f(), vec4f(x[start + block]) - best - logarithm, is_channel(block)));
  }
}
