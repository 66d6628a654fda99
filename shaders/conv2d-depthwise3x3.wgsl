// y[n, c, i, j] = act(Σ over taps (u, v) of x[n, c, i·stride + u − pad, j·stride + v − pad] · weight[u, v, c] + bias[c] + residual[n, c, i, j])
//
// 3 × 3 taps, without dilation: entry point `stride1` or `stride2`. One invocation computes four channels of 2 rows × 4 columns of the
// output. The taps' weights are loaded once, each input once: 24 (45) loads for the 72 that separate pixels take.

struct Params {
  strips: u32, pairs: u32, in_height: u32, in_width: u32, out_height: u32, out_width: u32, blocks: u32, size: u32,
  pad_top: i32, pad_left: i32,
  x_stride: u32, x_offset: u32, residual_stride: u32, residual_offset: u32, y_stride: u32, y_offset: u32,
  activation: u32, residual: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read> weight: array<Value>;
@group(0) @binding(2) var<storage, read> bias: array<Value>;
@group(0) @binding(3) var<storage, read> residual: array<Value>;
@group(0) @binding(4) var<storage, read_write> y: array<Value>;
@group(0) @binding(5) var<uniform> params: Params;

// Activations are comparisons and not max or clamp, which would make a number of a NaN.
const RELU = 1u;
const RELU6 = 2u;

struct Job { n: u32, row: u32, column: u32, block: u32 }

fn job(index: u32) -> Job {
  let strip = index / params.blocks;
  let pair = strip / params.strips;
  return Job(pair / params.pairs, pair % params.pairs * 2u, strip % params.strips * 4u, index % params.blocks);
}

// A column of the window: vectors from the row's first, clamped into the picture, and whether it lies inside.
struct Column { offset: u32, inside: bool }

fn column(index: i32, block: u32) -> Column {
  let clamped = clamp(index, 0, i32(params.in_width) - 1);
  return Column(u32(clamped) * params.x_stride + block, index == clamped);
}

// Four channels in a row that starts at vector `row.offset`; zero in the padding.
fn load(row: Column, at: Column) -> vec4f {
  return select(vec4f(), vec4f(x[row.offset + at.offset]), row.inside && at.inside);
}

fn row_of(n: u32, index: i32) -> Column {
  let clamped = clamp(index, 0, i32(params.in_height) - 1);
  return Column((n * params.in_height + u32(clamped)) * params.in_width * params.x_stride + params.x_offset, index == clamped);
}

fn store(at: Job, i: u32, j: u32, sum: vec4f) {
  let pixel = (at.n * params.out_height + at.row + i) * params.out_width + at.column + j;
  var value = sum;
  if (params.residual == 1u) { value += vec4f(residual[pixel * params.residual_stride + params.residual_offset + at.block]); }
  if (params.activation >= RELU) { value = select(value, vec4f(), value < vec4f()); }
  if (params.activation == RELU6) { value = select(value, vec4f(6.0), value > vec4f(6.0)); }
  y[pixel * params.y_stride + params.y_offset + at.block] = Value(value);
}

// Stored in a loop that compilers do not unroll, which would take them longer than all the rest.
fn store_all(at: Job, sums: array<vec4f, 8>) {
  let rows = min(2u, params.out_height - at.row);
  let columns = min(4u, params.out_width - at.column);
  var values = sums;
  for (var i = 0u; i < rows; i++) {
    for (var j = 0u; j < columns; j++) { store(at, i, j, values[i * 4u + j]); }
  }
}

@compute @workgroup_size(64)
fn stride1(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let at = job(index);
  let top = i32(at.row) - params.pad_top;
  let left = i32(at.column) - params.pad_left;
  let c0 = column(left, at.block);
  let c1 = column(left + 1, at.block);
  let c2 = column(left + 2, at.block);
  let c3 = column(left + 3, at.block);
  let c4 = column(left + 4, at.block);
  let c5 = column(left + 5, at.block);
  let first = vec4f(bias[at.block]);
  var a0 = first; var a1 = first; var a2 = first; var a3 = first;
  var b0 = first; var b1 = first; var b2 = first; var b3 = first;
  // Weights of the tap row above the one at hand: what the lower row of outputs makes of the same inputs.
  var u0 = vec4f(); var u1 = vec4f(); var u2 = vec4f();
  for (var row = 0u; row < 4u; row++) {
    let line = row_of(at.n, top + i32(row));
    let x0 = load(line, c0);
    let x1 = load(line, c1);
    let x2 = load(line, c2);
    let x3 = load(line, c3);
    let x4 = load(line, c4);
    let x5 = load(line, c5);
    if (row > 0u) {
      b0 += u0 * x0 + u1 * x1 + u2 * x2;
      b1 += u0 * x1 + u1 * x2 + u2 * x3;
      b2 += u0 * x2 + u1 * x3 + u2 * x4;
      b3 += u0 * x3 + u1 * x4 + u2 * x5;
    }
    if (row < 3u) {
      u0 = vec4f(weight[row * 3u * params.blocks + at.block]);
      u1 = vec4f(weight[(row * 3u + 1u) * params.blocks + at.block]);
      u2 = vec4f(weight[(row * 3u + 2u) * params.blocks + at.block]);
      a0 += u0 * x0 + u1 * x1 + u2 * x2;
      a1 += u0 * x1 + u1 * x2 + u2 * x3;
      a2 += u0 * x2 + u1 * x3 + u2 * x4;
      a3 += u0 * x3 + u1 * x4 + u2 * x5;
    }
  }
  store_all(at, array<vec4f, 8>(a0, a1, a2, a3, b0, b1, b2, b3));
}

@compute @workgroup_size(64)
fn stride2(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let at = job(index);
  let top = i32(at.row * 2u) - params.pad_top;
  let left = i32(at.column * 2u) - params.pad_left;
  let c0 = column(left, at.block);
  let c1 = column(left + 1, at.block);
  let c2 = column(left + 2, at.block);
  let c3 = column(left + 3, at.block);
  let c4 = column(left + 4, at.block);
  let c5 = column(left + 5, at.block);
  let c6 = column(left + 6, at.block);
  let c7 = column(left + 7, at.block);
  let c8 = column(left + 8, at.block);
  let first = vec4f(bias[at.block]);
  var a0 = first; var a1 = first; var a2 = first; var a3 = first;
  var b0 = first; var b1 = first; var b2 = first; var b3 = first;
  // Weights of the first tap row, which the lower row of outputs needs two rows of inputs later, and of the second.
  var u0 = vec4f(); var u1 = vec4f(); var u2 = vec4f();
  var v0 = vec4f(); var v1 = vec4f(); var v2 = vec4f();
  for (var row = 0u; row < 5u; row++) {
    let line = row_of(at.n, top + i32(row));
    let x0 = load(line, c0);
    let x1 = load(line, c1);
    let x2 = load(line, c2);
    let x3 = load(line, c3);
    let x4 = load(line, c4);
    let x5 = load(line, c5);
    let x6 = load(line, c6);
    let x7 = load(line, c7);
    let x8 = load(line, c8);
    if (row > 1u) {
      b0 += u0 * x0 + u1 * x1 + u2 * x2;
      b1 += u0 * x2 + u1 * x3 + u2 * x4;
      b2 += u0 * x4 + u1 * x5 + u2 * x6;
      b3 += u0 * x6 + u1 * x7 + u2 * x8;
    }
    u0 = v0; u1 = v1; u2 = v2;
    if (row < 3u) {
      v0 = vec4f(weight[row * 3u * params.blocks + at.block]);
      v1 = vec4f(weight[(row * 3u + 1u) * params.blocks + at.block]);
      v2 = vec4f(weight[(row * 3u + 2u) * params.blocks + at.block]);
      a0 += v0 * x0 + v1 * x1 + v2 * x2;
      a1 += v0 * x2 + v1 * x3 + v2 * x4;
      a2 += v0 * x4 + v1 * x5 + v2 * x6;
      a3 += v0 * x6 + v1 * x7 + v2 * x8;
    }
  }
  store_all(at, array<vec4f, 8>(a0, a1, a2, a3, b0, b1, b2, b3));
}
