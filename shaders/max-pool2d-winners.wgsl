// winner[n, c, i, j] = the tap of the window whose x is the largest, counted row by row: the first of several, or the last NaN
//
// One invocation finds the winners of four channels of one output pixel. Pad lanes hold zeros alike, so there the first tap wins.

struct Params {
  size: u32, blocks: u32, in_height: u32, in_width: u32, out_height: u32, out_width: u32,
  kernel_height: u32, kernel_width: u32, stride_y: u32, stride_x: u32, dilation_y: u32, dilation_x: u32, pad_top: i32, pad_left: i32,
  x_stride: u32, x_offset: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> winners: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

// By the bits, since compilers may assume that no number is NaN.
fn is_nan(value: vec4f) -> vec4<bool> {
  return (bitcast<vec4u>(value) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
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
  var best = vec4f();
  var winner = vec4f(-1.0);   // none yet
  for (var tap_y = 0u; tap_y < params.kernel_height; tap_y++) {
    let in_row = top + i32(tap_y * params.dilation_y);
    if (in_row < 0 || in_row >= i32(params.in_height)) { continue; }
    let start = (n * params.in_height + u32(in_row)) * params.in_width;
    for (var tap_x = 0u; tap_x < params.kernel_width; tap_x++) {
      let in_column = left + i32(tap_x * params.dilation_x);
      if (in_column < 0 || in_column >= i32(params.in_width)) { continue; }
      let value = vec4f(x[(start + u32(in_column)) * params.x_stride + params.x_offset + block]);
      let wins = is_nan(value) | ((value > best) & !is_nan(best)) | (winner < vec4f());
      best = select(best, value, wins);
      winner = select(winner, vec4f(f32(tap_y * params.kernel_width + tap_x)), wins);
    }
  }
  winners[index] = Value(winner);
}
