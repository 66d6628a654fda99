// y[n, o] = act(Σ over i of x[n, i] · weight[o, i] + bias[o])
//
// For adapters with workgroup memory of their own; reads the weight as it is stored, [out][ceil4(in)]. A workgroup computes 8 outputs of up
// to 4 rows of x: 32 invocations share four outputs and each takes every 32nd vector of the inputs, so that neighbours read neighbouring
// memory. Their sums meet in workgroup memory as a tree, in the same order at every run.
// A weight above the adapter's binding limit is bound in slices of its rows: `first_block` is the slice's first output vector.

struct Params {
  batch: u32, in_blocks: u32, outputs: u32, out_blocks: u32, first_block: u32, slice_blocks: u32,
  activation: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read> weight: array<Value>;
@group(0) @binding(2) var<storage, read> bias: array<Value>;
@group(0) @binding(3) var<storage, read_write> y: array<Value>;
@group(0) @binding(4) var<uniform> params: Params;

// Activations are comparisons and not max or clamp, which would make a number of a NaN.
const RELU = 1u;
const RELU6 = 2u;

const LANES = 32u;

// Four outputs of each of 64 invocations.
var<workgroup> sums: array<vec4f, 64>;

fn store(n: u32, block: u32, sum: vec4f) {
  // Rows of the weight past the last output were read as repeats of it: their lanes are padding.
  let output = (params.first_block + block) * 4u + vec4u(0u, 1u, 2u, 3u);
  var value = sum + vec4f(bias[params.first_block + block]);
  if (params.activation >= RELU) { value = select(value, vec4f(), value < vec4f()); }
  if (params.activation == RELU6) { value = select(value, vec4f(6.0), value > vec4f(6.0)); }
  y[n * params.out_blocks + params.first_block + block] = Value(select(vec4f(), value, output < vec4u(params.outputs)));
}

// First vectors of the weight's rows for four outputs; past the slice's last output they repeat it.
fn rows_of(block: u32) -> vec4u {
  let last = min(params.outputs - params.first_block * 4u, params.slice_blocks * 4u) - 1u;
  return min(block * 4u + vec4u(0u, 1u, 2u, 3u), vec4u(last)) * params.in_blocks;
}

fn weights(row: vec4u, i: u32) -> mat4x4f {
  return mat4x4f(vec4f(weight[row.x + i]), vec4f(weight[row.y + i]), vec4f(weight[row.z + i]), vec4f(weight[row.w + i]));
}

// Adds up the sums of the invocations that share outputs and stores them as row n's.
fn finish(n: u32, block: u32, sum: vec4f, index: u32) {
  sums[index] = sum;
  workgroupBarrier();
  for (var step = LANES / 2u; step > 0u; step /= 2u) {
    if (index % LANES < step) { sums[index] += sums[index + step]; }
    workgroupBarrier();
  }
  if (index % LANES == 0u && block < params.slice_blocks && n < params.batch) { store(n, block, sums[index]); }
  workgroupBarrier();
}

@compute @workgroup_size(64)
fn one_row(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) index: u32) {
  let block = wid.x * 2u + index / LANES;
  let row = rows_of(block);
  var sum = vec4f();
  for (var i = index % LANES; i < params.in_blocks; i += LANES) { sum += vec4f(x[i]) * weights(row, i); }
  finish(0u, block, sum, index);
}

@compute @workgroup_size(64)
fn four_rows(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) index: u32) {
  let block = wid.x * 2u + index / LANES;
  let n = wid.y * 4u;
  let row = rows_of(block);
  let x0 = n * params.in_blocks;
  let x1 = min(n + 1u, params.batch - 1u) * params.in_blocks;
  let x2 = min(n + 2u, params.batch - 1u) * params.in_blocks;
  let x3 = min(n + 3u, params.batch - 1u) * params.in_blocks;
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  for (var i = index % LANES; i < params.in_blocks; i += LANES) {
    let w = weights(row, i);
    sum0 += vec4f(x[x0 + i]) * w;
    sum1 += vec4f(x[x1 + i]) * w;
    sum2 += vec4f(x[x2 + i]) * w;
    sum3 += vec4f(x[x3 + i]) * w;
  }
  finish(n, block, sum0, index);
  finish(n + 1u, block, sum1, index);
  finish(n + 2u, block, sum2, index);
  finish(n + 3u, block, sum3, index);
}
