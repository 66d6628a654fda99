// y[n, c, i, j] = max over the window's taps of x; padding never wins, as if it were −∞.
//
// Entry point `main`: any window; one invocation computes four channels of one output pixel. Taps outside the picture are skipped;
// every window holds at least one inside.
// Entry points `stride2_by2` and `stride2_by3`: windows of 2 × 2 and 3 × 3 without dilation. One invocation computes a block of the output,
// four columns wide and `rows` high; it walks down the rows of the input and loads what neighbours share once. Taps outside the picture
// are clamped into it: a value met twice is no other maximum.

struct Params {
  size: u32, blocks: u32, strips: u32, groups: u32, rows: u32, in_height: u32, in_width: u32, out_height: u32, out_width: u32,
  kernel_height: u32, kernel_width: u32, stride_y: u32, stride_x: u32, dilation_y: u32, dilation_x: u32, pad_top: i32, pad_left: i32,
  x_stride: u32, x_offset: u32, y_stride: u32, y_offset: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

// Below every finite f32 and f16: WGSL has no −∞ literal, and compilers may assume there is none.
const LOWEST = -3.4028234e38;

// Known by its bits, above those of infinity: compilers may assume that no number is NaN.
fn is_nan(value: vec4f) -> vec4<bool> {
  return (bitcast<vec4u>(value) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
}

// A NaN wins and stays, as in PyTorch; max would drop it.
fn greater(best: vec4f, value: vec4f) -> vec4f {
  return select(best, value, is_nan(value) | ((value > best) & !is_nan(best)));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let pixel = index / params.blocks;
  let row = pixel / params.out_width;
  let n = row / params.out_height;
  let top = i32(row % params.out_height * params.stride_y) - params.pad_top;
  let left = i32(pixel % params.out_width * params.stride_x) - params.pad_left;
  var best = vec4f(LOWEST);
  for (var tap_y = 0u; tap_y < params.kernel_height; tap_y++) {
    let in_row = top + i32(tap_y * params.dilation_y);
    if (in_row < 0 || in_row >= i32(params.in_height)) { continue; }
    let start = (n * params.in_height + u32(in_row)) * params.in_width;
    for (var tap_x = 0u; tap_x < params.kernel_width; tap_x++) {
      let in_column = left + i32(tap_x * params.dilation_x);
      if (in_column < 0 || in_column >= i32(params.in_width)) { continue; }
      best = greater(best, vec4f(x[(start + u32(in_column)) * params.x_stride + params.x_offset + block]));
    }
  }
  y[pixel * params.y_stride + params.y_offset + block] = Value(best);
}

// Where a block of outputs begins.
struct Job { n: u32, row: u32, column: u32, block: u32 }

fn job(index: u32) -> Job {
  let rest = index / params.blocks;
  let group = rest / params.strips;
  return Job(group / params.groups, group % params.groups * params.rows, rest % params.strips * 4u, index % params.blocks);
}

// First vector of a row of the picture, and the vectors from there to a column, both clamped into the picture.
fn row_start(n: u32, row: i32) -> u32 {
  return (n * params.in_height + u32(clamp(row, 0, i32(params.in_height) - 1))) * params.in_width * params.x_stride + params.x_offset;
}

fn column_offset(column: i32, block: u32) -> u32 {
  return u32(clamp(column, 0, i32(params.in_width) - 1)) * params.x_stride + block;
}

// The greatest of several values, and of their bits without the sign, which are above those of infinity where one of them is NaN.
struct Greatest { value: vec4f, bits: vec4u }

fn load(at: u32) -> Greatest {
  let value = vec4f(x[at]);
  return Greatest(value, bitcast<vec4u>(value) & vec4u(0x7fffffffu));
}

fn greater_of(a: Greatest, b: Greatest) -> Greatest {
  return Greatest(select(a.value, b.value, b.value > a.value), max(a.bits, b.bits));
}

fn store(at: Job, row: u32, i: u32, greatest: Greatest) {
  if (at.column + i >= params.out_width) { return; }
  let pixel = (at.n * params.out_height + row) * params.out_width + at.column + i;
  let is_nan = greatest.bits > vec4u(0x7f800000u);
  y[pixel * params.y_stride + params.y_offset + at.block] = Value(select(greatest.value, bitcast<vec4f>(greatest.bits), is_nan));
}

@compute @workgroup_size(64)
fn stride2_by2(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let at = job(index);
  let rows = min(params.rows, params.out_height - at.row);
  let top = i32(at.row * 2u) - params.pad_top;
  let left = i32(at.column * 2u) - params.pad_left;
  let c0 = column_offset(left, at.block);
  let c1 = column_offset(left + 1, at.block);
  let c2 = column_offset(left + 2, at.block);
  let c3 = column_offset(left + 3, at.block);
  let c4 = column_offset(left + 4, at.block);
  let c5 = column_offset(left + 5, at.block);
  let c6 = column_offset(left + 6, at.block);
  let c7 = column_offset(left + 7, at.block);
  var above0: Greatest;
  var above1: Greatest;
  var above2: Greatest;
  var above3: Greatest;
  for (var line = 0u; line < 2u * rows; line++) {
    let start = row_start(at.n, top + i32(line));
    let here0 = greater_of(load(start + c0), load(start + c1));
    let here1 = greater_of(load(start + c2), load(start + c3));
    let here2 = greater_of(load(start + c4), load(start + c5));
    let here3 = greater_of(load(start + c6), load(start + c7));
    if (line % 2u == 1u) {
      store(at, at.row + line / 2u, 0u, greater_of(above0, here0));
      store(at, at.row + line / 2u, 1u, greater_of(above1, here1));
      store(at, at.row + line / 2u, 2u, greater_of(above2, here2));
      store(at, at.row + line / 2u, 3u, greater_of(above3, here3));
    }
    above0 = here0;
    above1 = here1;
    above2 = here2;
    above3 = here3;
  }
}

@compute @workgroup_size(64)
fn stride2_by3(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let at = job(index);
  let rows = min(params.rows, params.out_height - at.row);
  let top = i32(at.row * 2u) - params.pad_top;
  let left = i32(at.column * 2u) - params.pad_left;
  let c0 = column_offset(left, at.block);
  let c1 = column_offset(left + 1, at.block);
  let c2 = column_offset(left + 2, at.block);
  let c3 = column_offset(left + 3, at.block);
  let c4 = column_offset(left + 4, at.block);
  let c5 = column_offset(left + 5, at.block);
  let c6 = column_offset(left + 6, at.block);
  let c7 = column_offset(left + 7, at.block);
  let c8 = column_offset(left + 8, at.block);
  // The rows of the input met so far in the window that is open: the last one of a window is the first of the next.
  var above0: Greatest;
  var above1: Greatest;
  var above2: Greatest;
  var above3: Greatest;
  for (var line = 0u; line < 2u * rows + 1u; line++) {
    let start = row_start(at.n, top + i32(line));
    let x2 = load(start + c2);
    let x4 = load(start + c4);
    let x6 = load(start + c6);
    let here0 = greater_of(greater_of(load(start + c0), load(start + c1)), x2);
    let here1 = greater_of(greater_of(x2, load(start + c3)), x4);
    let here2 = greater_of(greater_of(x4, load(start + c5)), x6);
    let here3 = greater_of(greater_of(x6, load(start + c7)), load(start + c8));
    let both0 = greater_of(above0, here0);
    let both1 = greater_of(above1, here1);
    let both2 = greater_of(above2, here2);
    let both3 = greater_of(above3, here3);
    let ends = line % 2u == 0u;
    if (ends && line > 0u) {
      store(at, at.row + line / 2u - 1u, 0u, both0);
      store(at, at.row + line / 2u - 1u, 1u, both1);
      store(at, at.row + line / 2u - 1u, 2u, both2);
      store(at, at.row + line / 2u - 1u, 3u, both3);
    }
    if (ends) { above0 = here0; above1 = here1; above2 = here2; above3 = here3; }
    else { above0 = both0; above1 = both1; above2 = both2; above3 = both3; }
  }
}
