// dx[n, c, h, w] = Σ dy over the windows that x[n, c, h, w] won
//
// One invocation gathers four channels of one input pixel: as each tap of the kernel, the pixel lies in one window at most.

struct Params {
  size: u32, blocks: u32, in_height: u32, in_width: u32, out_height: u32, out_width: u32,
  kernel_height: u32, kernel_width: u32, stride_y: u32, stride_x: u32, dilation_y: u32, dilation_x: u32, pad_top: i32, pad_left: i32,
  dy_stride: u32, dy_offset: u32, y_stride: u32, y_offset: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> winners: array<Value>;
@group(0) @binding(1) var<storage, read> dy: array<Value>;
@group(0) @binding(2) var<storage, read_write> dx: array<Value>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let pixel = index / params.blocks;
  let row = pixel / params.in_width;
  let n = row / params.in_height;
  let bottom = i32(row % params.in_height) + params.pad_top;
  let right = i32(pixel % params.in_width) + params.pad_left;
  var sum = vec4f();
  for (var tap_y = 0u; tap_y < params.kernel_height; tap_y++) {
    let above = bottom - i32(tap_y * params.dilation_y);
    if (above < 0 || u32(above) % params.stride_y != 0u || u32(above) / params.stride_y >= params.out_height) { continue; }
    let start = (n * params.out_height + u32(above) / params.stride_y) * params.out_width;
    for (var tap_x = 0u; tap_x < params.kernel_width; tap_x++) {
      let before = right - i32(tap_x * params.dilation_x);
      if (before < 0 || u32(before) % params.stride_x != 0u || u32(before) / params.stride_x >= params.out_width) { continue; }
      let window = start + u32(before) / params.stride_x;
      let won = vec4f(winners[window * params.blocks + block]) == vec4f(f32(tap_y * params.kernel_width + tap_x));
      sum += select(vec4f(), vec4f(dy[window * params.dy_stride + params.dy_offset + block]), won);
    }
  }
  dx[pixel * params.y_stride + params.y_offset + block] = Value(sum);
}
