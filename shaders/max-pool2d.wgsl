// y[n, c, i, j] = max over the window's taps of x; padding never wins, as if it were −∞.
//
// One invocation computes four channels of one output pixel. Taps outside the picture are skipped; every window holds at least one inside.

struct Params {
  size: u32, blocks: u32, in_height: u32, in_width: u32, out_height: u32, out_width: u32,
  kernel_height: u32, kernel_width: u32, stride_y: u32, stride_x: u32, dilation_y: u32, dilation_x: u32, pad_top: i32, pad_left: i32,
  x_stride: u32, x_offset: u32, y_stride: u32, y_offset: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

// Below every finite f32 and f16: WGSL has no −∞ literal, and compilers may assume there is none.
const LOWEST = -3.4028234e38;

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
      let value = vec4f(x[(start + u32(in_column)) * params.x_stride + params.x_offset + block]);
      // A NaN wins and stays, as in PyTorch; max would drop it.
      best = select(best, value, (value > best) | (value != value));
    }
  }
  y[pixel * params.y_stride + params.y_offset + block] = Value(best);
}
