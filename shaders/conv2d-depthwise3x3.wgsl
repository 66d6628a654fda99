// y[n, c, i, j] = act(Σ over taps (u, v) of x[n, c, i·stride + u − pad, j·stride + v − pad] · weight[u, v, c] + bias[c] + residual[n, c, i, j])
//
// 3 × 3 taps, without dilation: entry point `stride1` or `stride2`. One invocation computes four channels of a block of the output, four
// columns wide and `rows` high. It walks down the input: each row of it is loaded once and added to the two or three rows of the output
// that see it, so that with 7 rows a result of stride 1 takes 2.3 loads instead of 18.

struct Params {
  strips: u32, groups: u32, rows: u32, in_height: u32, in_width: u32, out_height: u32, out_width: u32, blocks: u32, size: u32,
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
  let group = strip / params.strips;
  return Job(group / params.groups, group % params.groups * params.rows, strip % params.strips * 4u, index % params.blocks);
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

fn store(at: Job, row: u32, i: u32, sum: vec4f) {
  if (at.column + i >= params.out_width) { return; }
  let pixel = (at.n * params.out_height + row) * params.out_width + at.column + i;
  var value = sum;
  if (params.residual == 1u) { value += vec4f(residual[pixel * params.residual_stride + params.residual_offset + at.block]); }
  if (params.activation >= RELU) { value = select(value, vec4f(), value < vec4f()); }
  if (params.activation == RELU6) { value = select(value, vec4f(6.0), value > vec4f(6.0)); }
  y[pixel * params.y_stride + params.y_offset + at.block] = Value(value);
}

fn tap(index: u32, block: u32) -> vec4f {
  return vec4f(weight[index * params.blocks + block]);
}

@compute @workgroup_size(64)
fn stride1(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let at = job(index);
  let rows = min(params.rows, params.out_height - at.row);
  let top = i32(at.row) - params.pad_top;
  let left = i32(at.column) - params.pad_left;
  let c0 = column(left, at.block);
  let c1 = column(left + 1, at.block);
  let c2 = column(left + 2, at.block);
  let c3 = column(left + 3, at.block);
  let c4 = column(left + 4, at.block);
  let c5 = column(left + 5, at.block);
  let w00 = tap(0u, at.block); let w01 = tap(1u, at.block); let w02 = tap(2u, at.block);
  let w10 = tap(3u, at.block); let w11 = tap(4u, at.block); let w12 = tap(5u, at.block);
  let w20 = tap(6u, at.block); let w21 = tap(7u, at.block); let w22 = tap(8u, at.block);
  let first = vec4f(bias[at.block]);
  // Rows of the output that have met all taps but the last row's, and the first row's only.
  var a0 = vec4f(); var a1 = vec4f(); var a2 = vec4f(); var a3 = vec4f();
  var b0 = vec4f(); var b1 = vec4f(); var b2 = vec4f(); var b3 = vec4f();
  for (var row = 0u; row < rows + 2u; row++) {
    let line = row_of(at.n, top + i32(row));
    let x0 = load(line, c0);
    let x1 = load(line, c1);
    let x2 = load(line, c2);
    let x3 = load(line, c3);
    let x4 = load(line, c4);
    let x5 = load(line, c5);
    if (row >= 2u) {
      store(at, at.row + row - 2u, 0u, a0 + (w20 * x0 + w21 * x1 + w22 * x2));
      store(at, at.row + row - 2u, 1u, a1 + (w20 * x1 + w21 * x2 + w22 * x3));
      store(at, at.row + row - 2u, 2u, a2 + (w20 * x2 + w21 * x3 + w22 * x4));
      store(at, at.row + row - 2u, 3u, a3 + (w20 * x3 + w21 * x4 + w22 * x5));
    }
    a0 = b0 + (w10 * x0 + w11 * x1 + w12 * x2);
    a1 = b1 + (w10 * x1 + w11 * x2 + w12 * x3);
    a2 = b2 + (w10 * x2 + w11 * x3 + w12 * x4);
    a3 = b3 + (w10 * x3 + w11 * x4 + w12 * x5);
    b0 = first + (w00 * x0 + w01 * x1 + w02 * x2);
    b1 = first + (w00 * x1 + w01 * x2 + w02 * x3);
    b2 = first + (w00 * x2 + w01 * x3 + w02 * x4);
    b3 = first + (w00 * x3 + w01 * x4 + w02 * x5);
  }
}

@compute @workgroup_size(64)
fn stride2(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let at = job(index);
  let rows = min(params.rows, params.out_height - at.row);
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
  let w00 = tap(0u, at.block); let w01 = tap(1u, at.block); let w02 = tap(2u, at.block);
  let w10 = tap(3u, at.block); let w11 = tap(4u, at.block); let w12 = tap(5u, at.block);
  let w20 = tap(6u, at.block); let w21 = tap(7u, at.block); let w22 = tap(8u, at.block);
  let first = vec4f(bias[at.block]);
  // The row of the output that has met the first row of taps.
  var a0 = first; var a1 = first; var a2 = first; var a3 = first;
  for (var row = 0u; row <= rows * 2u; row++) {
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
    if (row % 2u == 1u) {
      a0 += w10 * x0 + w11 * x1 + w12 * x2;
      a1 += w10 * x2 + w11 * x3 + w12 * x4;
      a2 += w10 * x4 + w11 * x5 + w12 * x6;
      a3 += w10 * x6 + w11 * x7 + w12 * x8;
      continue;
    }
    if (row > 0u) {
      store(at, at.row + row / 2u - 1u, 0u, a0 + (w20 * x0 + w21 * x1 + w22 * x2));
      store(at, at.row + row / 2u - 1u, 1u, a1 + (w20 * x2 + w21 * x3 + w22 * x4));
      store(at, at.row + row / 2u - 1u, 2u, a2 + (w20 * x4 + w21 * x5 + w22 * x6));
      store(at, at.row + row / 2u - 1u, 3u, a3 + (w20 * x6 + w21 * x7 + w22 * x8));
    }
    a0 = first + (w00 * x0 + w01 * x1 + w02 * x2);
    a1 = first + (w00 * x2 + w01 * x3 + w02 * x4);
    a2 = first + (w00 * x4 + w01 * x5 + w02 * x6);
    a3 = first + (w00 * x6 + w01 * x7 + w02 * x8);
  }
}
