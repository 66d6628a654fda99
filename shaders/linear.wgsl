// y[n, o] = act(Σ over i of x[n, i] · weight[o, i] + bias[o])
//
// Reads the weight as it is stored, [out][ceil4(in)], so that a large classifier is neither packed nor copied.
// One invocation computes four outputs of up to 4 rows of x: 4 rows of the weight and 4 of x feed 64 multiply–adds a step. A single
// row of x has an entry point of its own, twice as fast: loads are what takes the time.
// A weight above the adapter's binding limit is bound in slices of its rows: `first_block` is the slice's first output vector.

struct Params {
  batch: u32, in_blocks: u32, outputs: u32, out_blocks: u32, first_block: u32, slice_blocks: u32, size: u32,
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

fn store(n: u32, block: u32, sum: vec4f) {
  if (n >= params.batch) { return; }
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

@compute @workgroup_size(64)
fn one_row(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let block = gid.x + gid.y * groups.x * 64u;
  if (block >= params.size) { return; }
  let row = rows_of(block);
  var sum = vec4f();
  for (var i = 0u; i < params.in_blocks; i++) { sum += vec4f(x[i]) * weights(row, i); }
  store(0u, block, sum);
}

@compute @workgroup_size(64)
fn four_rows(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.slice_blocks;
  let n = index / params.slice_blocks * 4u;
  let row = rows_of(block);
  let x0 = n * params.in_blocks;
  let x1 = min(n + 1u, params.batch - 1u) * params.in_blocks;
  let x2 = min(n + 2u, params.batch - 1u) * params.in_blocks;
  let x3 = min(n + 3u, params.batch - 1u) * params.in_blocks;
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  for (var i = 0u; i < params.in_blocks; i++) {
    let w = weights(row, i);
    sum0 += vec4f(x[x0 + i]) * w;
    sum1 += vec4f(x[x1 + i]) * w;
    sum2 += vec4f(x[x2 + i]) * w;
    sum3 += vec4f(x[x3 + i]) * w;
  }
  store(n, block, sum0);
  store(n + 1u, block, sum1);
  store(n + 2u, block, sum2);
  store(n + 3u, block, sum3);
}
