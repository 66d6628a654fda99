// y = where the window's largest element is: its number in x, counted in row-major order of [n, c, h, w], or with h and w swapped
//
// One invocation computes four channels of one output pixel. The first of equal elements counts. Pad lanes are zero.

struct Params {
  size: u32, channels: u32, blocks: u32, in_height: u32, in_width: u32, out_height: u32, out_width: u32,
  kernel_height: u32, kernel_width: u32, stride_y: u32, stride_x: u32, dilation_y: u32, dilation_x: u32, pad_top: i32, pad_left: i32,
  row_step: u32, column_step: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

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
  var place = vec4u();
  var isFirst = true;
  for (var tap_y = 0u; tap_y < params.kernel_height; tap_y++) {
    let h = top + i32(tap_y * params.dilation_y);
    if (h < 0 || h >= i32(params.in_height)) { continue; }
    for (var tap_x = 0u; tap_x < params.kernel_width; tap_x++) {
      let w = left + i32(tap_x * params.dilation_x);
      if (w < 0 || w >= i32(params.in_width)) { continue; }
      let value = vec4f(x[((n * params.in_height + u32(h)) * params.in_width + u32(w)) * params.blocks + block]);
      let further = vec4<bool>(isFirst) | (value > best);
      best = select(best, value, further);
      place = select(place, vec4u(u32(h) * params.row_step + u32(w) * params.column_step), further);
      isFirst = false;
    }
  }
  let channel = block * 4u + vec4u(0u, 1u, 2u, 3u);
  let number = (n * params.channels + channel) * params.in_height * params.in_width + place;
  y[index] = Value(select(vec4f(), vec4f(number), channel < vec4u(params.channels)));
}
