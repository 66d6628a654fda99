// dx[n, c, i, j] = Σ over taps (u, v) of dy[n, c, (i + pad − u·dilation) / stride, …] · weight[u, v, c], where the quotients are whole
//
// The gradient of a depthwise convolution by its input. One invocation gathers four channels of one pixel: of the taps it tests the rows
// once, and then the columns.

struct Params {
  size: u32, blocks: u32, in_height: u32, in_width: u32, out_height: u32, out_width: u32,
  kernel_height: u32, kernel_width: u32, stride_y: u32, stride_x: u32, dilation_y: u32, dilation_x: u32, pad_top: u32, pad_left: u32,
  dy_stride: u32, dy_offset: u32, y_stride: u32, y_offset: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> dy: array<Value>;
@group(0) @binding(1) var<storage, read> weight: array<Value>;
@group(0) @binding(2) var<storage, read_write> dx: array<Value>;
@group(0) @binding(3) var<uniform> params: Params;

// The output `steps` strides on, or one past the last where a tap lies between strides or before the first.
fn output(position: i32, stride: u32, outputs: u32) -> u32 {
  let steps = u32(position) / stride;
  return select(outputs, min(steps, outputs), position >= 0 && steps * stride == u32(position));
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
  var sum = vec4f();
  for (var tap_y = 0u; tap_y < params.kernel_height; tap_y++) {
    let out_row = output(i32(row) - i32(tap_y * params.dilation_y), params.stride_y, params.out_height);
    if (out_row == params.out_height) { continue; }
    let first = (n * params.out_height + out_row) * params.out_width;
    for (var tap_x = 0u; tap_x < params.kernel_width; tap_x++) {
      let out_column = output(i32(column) - i32(tap_x * params.dilation_x), params.stride_x, params.out_width);
      if (out_column == params.out_width) { continue; }
      let w = vec4f(weight[(tap_y * params.kernel_width + tap_x) * params.blocks + block]);
      sum += vec4f(dy[(first + out_column) * params.dy_stride + params.dy_offset + block]) * w;
    }
  }
  dx[pixel * params.y_stride + params.y_offset + block] = Value(sum);
}
