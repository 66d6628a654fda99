// dx[n, c, i, j] = Σ over taps (u, v) of dy[n, c, (i + pad − u·dilation) / stride, …] · weight[u, v, c], where the quotients are whole
//
// The gradient of a depthwise convolution by its input. One invocation gathers four channels of one pixel. Along each axis the quotient is
// whole for every period-th tap, of which neighbours lie `step` outputs apart.

struct Params {
  size: u32, blocks: u32, in_height: u32, in_width: u32, out_height: u32, out_width: u32,
  kernel_height: u32, kernel_width: u32, stride_y: u32, stride_x: u32, dilation_y: u32, dilation_x: u32, pad_top: u32, pad_left: u32,
  period_y: u32, period_x: u32, step_y: u32, step_x: u32,
  dy_stride: u32, dy_offset: u32, y_stride: u32, y_offset: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> dy: array<Value>;
@group(0) @binding(1) var<storage, read> weight: array<Value>;
@group(0) @binding(2) var<storage, read_write> dx: array<Value>;
@group(0) @binding(3) var<uniform> params: Params;

// The first tap under which an output lies on the position, or one past all taps.
fn first_tap(position: u32, stride: u32, dilation: u32, period: u32) -> u32 {
  if (dilation == 1u) { return position % stride; }
  for (var tap = 0u; tap < period; tap++) {
    if (tap * dilation % stride == position % stride) { return tap; }
  }
  return 0xffffffffu;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let pixel = index / params.blocks;
  let column = pixel % params.in_width + params.pad_left;
  let row = pixel / params.in_width % params.in_height + params.pad_top;
  let n = pixel / params.in_width / params.in_height;
  let first_y = first_tap(row, params.stride_y, params.dilation_y, params.period_y);
  let first_x = first_tap(column, params.stride_x, params.dilation_x, params.period_x);
  let first_column = (i32(column) - i32(first_x * params.dilation_x)) / i32(params.stride_x);
  var out_row = (i32(row) - i32(first_y * params.dilation_y)) / i32(params.stride_y);
  var sum = vec4f();
  // Rows and columns before the first output are large numbers here.
  for (var tap_y = first_y; tap_y < params.kernel_height; tap_y += params.period_y) {
    if (u32(out_row) < params.out_height) {
      let line = (n * params.out_height + u32(out_row)) * params.out_width;
      var out_column = first_column;
      for (var tap_x = first_x; tap_x < params.kernel_width; tap_x += params.period_x) {
        if (u32(out_column) < params.out_width) {
          let w = vec4f(weight[(tap_y * params.kernel_width + tap_x) * params.blocks + block]);
          sum += vec4f(dy[(line + u32(out_column)) * params.dy_stride + params.dy_offset + block]) * w;
        }
        out_column -= i32(params.step_x);
      }
    }
    out_row -= i32(params.step_y);
  }
  dx[pixel * params.y_stride + params.y_offset + block] = Value(sum);
}
