// y[n, c, i, j] = sum of x over the window's taps inside the picture / divisor
//
// The divisor is the number of taps inside (COUNT_PADDING false), or of taps inside picture and padding: a window that ceil mode lets
// hang over the padding's far edge counts only what lies before that edge. One invocation computes four channels of one output pixel.

struct Params {
  size: u32, blocks: u32, in_height: u32, in_width: u32, out_height: u32, out_width: u32,
  kernel_height: u32, kernel_width: u32, stride_y: u32, stride_x: u32, pad_top: i32, pad_left: i32, pad_bottom: i32, pad_right: i32,
  x_stride: u32, x_offset: u32, y_stride: u32, y_offset: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

override COUNT_PADDING = true;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let pixel = index / params.blocks;
  let row = pixel / params.out_width;
  let n = row / params.out_height;
  let first = vec2i(
    i32(row % params.out_height * params.stride_y) - params.pad_top,
    i32(pixel % params.out_width * params.stride_x) - params.pad_left,
  );
  let sides = vec2i(i32(params.in_height), i32(params.in_width));
  let end = first + vec2i(i32(params.kernel_height), i32(params.kernel_width));
  let low = max(first, vec2i());
  let high = min(end, sides);
  var sum = vec4f();
  for (var in_row = low.x; in_row < high.x; in_row++) {
    let start = (n * params.in_height + u32(in_row)) * params.in_width;
    for (var in_column = low.y; in_column < high.y; in_column++) {
      sum += vec4f(x[(start + u32(in_column)) * params.x_stride + params.x_offset + block]);
    }
  }
  var window = high - low;
  if (COUNT_PADDING) { window = min(end, sides + vec2i(params.pad_bottom, params.pad_right)) - first; }
  y[pixel * params.y_stride + params.y_offset + block] = Value(sum / f32(window.x * window.y));
}
