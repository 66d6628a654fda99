// y[n, c, p] = e^(x − max) / Σ over c of e^(x − max)       (entry point `softmax`)
// y[n, c, p] = x − max − ln Σ over c of e^(x − max)        (entry point `log_softmax`)
//
// One invocation computes all channels of one pixel (or of one row of [n, c]); pad lanes stay zero. The maximum and the sum are found in
// one pass: where a value exceeds the maximum so far, the sum so far is scaled down, and either way one exponential is all it takes.

struct Params { size: u32, channels: u32, blocks: u32 }

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

// Below every finite f32: stands for −∞ in the pad lanes of a maximum.
const LOWEST = -3.4028234e38;

// In each lane a maximum, and Σ e^(x − maximum) over the values met.
struct Sum { greatest: vec4f, total: vec4f }

fn with_value(sum: Sum, value: vec4f) -> Sum {
  let above = value - sum.greatest;
  let part = exp(-abs(above));
  return Sum(max(sum.greatest, value), select(sum.total + part, sum.total * part + 1.0, above > vec4f()));
}

// The last vector of a row, where it is not full; LOWEST in its pad lanes.
fn tail(at: u32) -> vec4f {
  return select(vec4f(LOWEST), vec4f(x[at]), in_tail());
}

fn in_tail() -> vec4<bool> {
  return vec4u(0u, 1u, 2u, 3u) < vec4u(params.channels % 4u);
}

// The greatest value of a row, and Σ e^(x − greatest).
fn sum_of_exponentials(start: u32) -> vec2f {
  let whole = params.channels / 4u;
  var sum = Sum(vec4f(LOWEST), vec4f());
  for (var block = 0u; block < whole; block++) { sum = with_value(sum, vec4f(x[start + block])); }
  if (whole < params.blocks) {
    let last = with_value(sum, tail(start + whole));
    sum = Sum(select(sum.greatest, last.greatest, in_tail()), select(sum.total, last.total, in_tail()));
  }
  let greatest = max(max(sum.greatest.x, sum.greatest.y), max(sum.greatest.z, sum.greatest.w));
  // Lanes that met no value have the total 0 and take no part, whatever their exponential is.
  let scaled = select(vec4f(), sum.total * exp(sum.greatest - greatest), sum.total != vec4f());
  return vec2f(greatest, (scaled.x + scaled.y) + (scaled.z + scaled.w));
}

@compute @workgroup_size(64)
fn softmax(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let start = index * params.blocks;
  let whole = params.channels / 4u;
  let sum = sum_of_exponentials(start);
  let scale = 1.0 / sum.y;
  for (var block = 0u; block < whole; block++) { y[start + block] = Value(exp(vec4f(x[start + block]) - sum.x) * scale); }
  if (whole < params.blocks) {
    y[start + whole] = Value(select(vec4f(), exp(min(tail(start + whole) - sum.x, vec4f())) * scale, in_tail()));
  }
}

@compute @workgroup_size(64)
fn log_softmax(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let start = index * params.blocks;
  let whole = params.channels / 4u;
  let sum = sum_of_exponentials(start);
  let logarithm = log(sum.y);
  for (var block = 0u; block < whole; block++) { y[start + block] = Value(vec4f(x[start + block]) - sum.x - logarithm); }
  if (whole < params.blocks) { y[start + whole] = Value(select(vec4f(), tail(start + whole) - sum.x - logarithm, in_tail())); }
}
