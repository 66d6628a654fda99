// y[i, j] = e^(−β[i] (x[i, j] − m[i])) / Σ over k ≠ i of e^(−β[i] (x[i, k] − m[i])), 0 for j = i, with m[i] the least x[i, k] of k ≠ i
//
// x are squared distances [points, points]. β[i] is such that the entropy of row i is ln perplexity: Newton's steps in ln β, kept within
// what is known to be too little and too much. One invocation computes one row, in a fixed order; pad lanes stay zero.
// Where no β does (more items at the least distance than the perplexity), those items share the row.

struct Params { points: u32, blocks: u32, entropy: f32 }   // entropy = ln perplexity

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

const LARGEST = 3.4028234e38;
// e^−FAR is 0 in f32, and FAR² far from infinite.
const FAR = 110.0;
// Entropies are sums of some thousand terms, rounded to about 2⁻²⁰ of themselves.
const TOLERANCE = 2e-6;
const STEPS = 50u;
// A step in ln β, so that a flat entropy does not throw it far away.
const LONGEST_STEP = 3.0;

// Which of the four items of a block take part.
fn taking_part(row: u32, block: u32) -> vec4<bool> {
  let item = block * 4u + vec4u(0u, 1u, 2u, 3u);
  return (item < vec4u(params.points)) & (item != vec4u(row));
}

fn sum4(v: vec4f) -> f32 { return (v.x + v.y) + (v.z + v.w); }

// Σ e^−t, Σ t e^−t and Σ t² e^−t over a row, with t = rate (x − least).
fn moments(row: u32, rate: f32, least: f32) -> vec3f {
  var zeroth = vec4f();
  var first = vec4f();
  var second = vec4f();
  for (var block = 0u; block < params.blocks; block++) {
    let t = min(rate * (vec4f(x[row * params.blocks + block]) - least), vec4f(FAR));
    let weight = select(vec4f(), exp(-t), taking_part(row, block));
    zeroth += weight;
    first += weight * t;
    second += weight * t * t;
  }
  return vec3f(sum4(zeroth), sum4(first), sum4(second));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = gid.x + gid.y * groups.x * 64u;
  if (row >= params.points) { return; }
  var lowest = vec4f(LARGEST);
  for (var block = 0u; block < params.blocks; block++) {
    lowest = select(lowest, min(lowest, vec4f(x[row * params.blocks + block])), taking_part(row, block));
  }
  let least = min(min(lowest.x, lowest.y), min(lowest.z, lowest.w));
  var total = vec4f();
  for (var block = 0u; block < params.blocks; block++) {
    total += select(vec4f(), vec4f(x[row * params.blocks + block]) - least, taking_part(row, block));
  }
  let mean = sum4(total) / f32(params.points - 1u);
  // β begins as 1 / mean; where all are equally far, none matters.
  let unit = select(0.0, 1.0 / mean, mean > 0.0);
  var logarithm = 0.0;
  var low = -40.0;
  var high = 40.0;
  var rate = unit;
  var sums = moments(row, rate, least);
  for (var step = 0u; step < STEPS; step++) {
    let average = sums.y / sums.x;
    let excess = log(sums.x) + average - params.entropy;
    if (abs(excess) <= TOLERANCE) { break; }
    if (excess > 0.0) { low = logarithm; } else { high = logarithm; }
    // The entropy falls by the variance of t as ln β grows.
    let variance = max(sums.z / sums.x - average * average, 1e-6);
    var next = logarithm + clamp(excess / variance, -LONGEST_STEP, LONGEST_STEP);
    if (next <= low || next >= high) { next = 0.5 * (low + high); }
    logarithm = next;
    rate = exp(logarithm) * unit;
    sums = moments(row, rate, least);
  }
  let scale = 1.0 / sums.x;
  for (var block = 0u; block < params.blocks; block++) {
    let t = min(rate * (vec4f(x[row * params.blocks + block]) - least), vec4f(FAR));
    y[row * params.blocks + block] = Value(select(vec4f(), exp(-t) * scale, taking_part(row, block)));
  }
}
