// dx[n, c, h, w] = Σ dy / divisor over the windows that x[n, c, h, w] lies in; the divisor is the forward kernel's.
//
// One invocation gathers four channels of one input pixel.

struct Params {
  size: u32, blocks: u32, in_height: u32, in_width: u32, out_height: u32, out_width: u32,
  kernel_height: u32, kernel_width: u32, stride_y: u32, stride_x: u32, pad_top: i32, pad_left: i32, pad_bottom: i32, pad_right: i32,
  dy_stride: u32, dy_offset: u32, y_stride: u32, y_offset: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> dy: array<Value>;
@group(0) @binding(1) var<storage, read_write> dx: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

override COUNT_PADDING = true;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let pixel = index / params.blocks;
  let row = pixel / params.in_width;
  let n = row / params.in_height;
  let sides = vec2i(i32(params.in_height), i32(params.in_width));
  let kernel = vec2i(i32(params.kernel_height), i32(params.kernel_width));
  let stride = vec2i(i32(params.stride_y), i32(params.stride_x));
  let before = vec2i(params.pad_top, params.pad_left);
  let place = vec2i(i32(row % params.in_height), i32(pixel % params.in_width)) + before;
  let low = (max(place - kernel + 1, vec2i()) + stride - 1) / stride;
  let high = min(place / stride, vec2i(i32(params.out_height), i32(params.out_width)) - 1);
  var sum = vec4f();
  for (var i = low.x; i <= high.x; i++) {
    for (var j = low.y; j <= high.y; j++) {
      let first = vec2i(i, j) * stride - before;
      var window = min(first + kernel, sides) - max(first, vec2i());
      if (COUNT_PADDING) { window = min(first + kernel, sides + vec2i(params.pad_bottom, params.pad_right)) - first; }
      let at = (n * params.out_height + u32(i)) * params.out_width + u32(j);
      sum += vec4f(dy[at * params.dy_stride + params.dy_offset + block]) / f32(window.x * window.y);
    }
  }
  dx[pixel * params.y_stride + params.y_offset + block] = Value(sum);
}
