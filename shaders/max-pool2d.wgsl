// y[n, c, i, j] = max over the window's taps of x; padding never wins, as if it were −∞.
//
// Entry point `main`: any window; one invocation computes four channels of one output pixel. Taps outside the picture are skipped;
// every window holds at least one inside.
// The loop over rows has the kernel's height for a bound, since compilers unroll constant ones, which takes them three times as long.
// Entry points `stride2_by2` and `stride2_by3`: windows of 2 × 2 and 3 × 3 without dilation; one invocation computes a strip of four
// output pixels and loads what neighbours share once. Taps outside the picture are clamped into it: a value met twice is no other maximum.

struct Params {
  size: u32, blocks: u32, strips: u32, in_height: u32, in_width: u32, out_height: u32, out_width: u32,
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

// Where a strip of four outputs begins.
struct Strip { n: u32, row: u32, column: u32, block: u32 }

fn strip(index: u32) -> Strip {
  let rest = index / params.blocks;
  let row = rest / params.strips;
  return Strip(row / params.out_height, row % params.out_height, rest % params.strips * 4u, index % params.blocks);
}

// First vector of a row of the picture, and the vectors from there to a column, both clamped into the picture.
fn row_start(n: u32, row: i32) -> u32 {
  return (n * params.in_height + u32(clamp(row, 0, i32(params.in_height) - 1))) * params.in_width * params.x_stride + params.x_offset;
}

fn column_offset(column: i32, block: u32) -> u32 {
  return u32(clamp(column, 0, i32(params.in_width) - 1)) * params.x_stride + block;
}

fn store(at: Strip, best: array<vec4f, 4>) {
  let first = (at.n * params.out_height + at.row) * params.out_width + at.column;
  let columns = min(4u, params.out_width - at.column);
  var values = best;
  for (var i = 0u; i < columns; i++) { y[(first + i) * params.y_stride + params.y_offset + at.block] = Value(values[i]); }
}

@compute @workgroup_size(64)
fn stride2_by2(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let at = strip(index);
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
  var best0 = vec4f(LOWEST);
  var best1 = vec4f(LOWEST);
  var best2 = vec4f(LOWEST);
  var best3 = vec4f(LOWEST);
  for (var tap_y = 0u; tap_y < params.kernel_height; tap_y++) {
    let start = row_start(at.n, top + i32(tap_y));
    best0 = greater(best0, greater(vec4f(x[start + c0]), vec4f(x[start + c1])));
    best1 = greater(best1, greater(vec4f(x[start + c2]), vec4f(x[start + c3])));
    best2 = greater(best2, greater(vec4f(x[start + c4]), vec4f(x[start + c5])));
    best3 = greater(best3, greater(vec4f(x[start + c6]), vec4f(x[start + c7])));
  }
  store(at, array<vec4f, 4>(best0, best1, best2, best3));
}

@compute @workgroup_size(64)
fn stride2_by3(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let at = strip(index);
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
  var best0 = vec4f(LOWEST);
  var best1 = vec4f(LOWEST);
  var best2 = vec4f(LOWEST);
  var best3 = vec4f(LOWEST);
  for (var tap_y = 0u; tap_y < params.kernel_height; tap_y++) {
    let start = row_start(at.n, top + i32(tap_y));
    let x2 = vec4f(x[start + c2]);
    let x4 = vec4f(x[start + c4]);
    let x6 = vec4f(x[start + c6]);
    best0 = greater(best0, greater(greater(vec4f(x[start + c0]), vec4f(x[start + c1])), x2));
    best1 = greater(best1, greater(greater(x2, vec4f(x[start + c3])), x4));
    best2 = greater(best2, greater(greater(x4, vec4f(x[start + c5])), x6));
    best3 = greater(best3, greater(greater(x6, vec4f(x[start + c7])), vec4f(x[start + c8])));
  }
  store(at, array<vec4f, 4>(best0, best1, best2, best3));
}
