// y[p, o] = act(Σ over taps t and the input channels i of o's group of x[pixel(p, t), i] · weight[t, i, o] + bias[o] + residual[p, o])
//
// For groups of any size, aligned to vectors or not. One invocation computes four output channels of one pixel; each of the four
// reads its own group's inputs, one channel at a time. Input channel i of the group counts from the group's first.

struct Params {
  size: u32, in_height: u32, in_width: u32, out_height: u32, out_width: u32, out_blocks: u32, out_channels: u32,
  group_inputs: u32, group_outputs: u32,
  kernel_height: u32, kernel_width: u32, stride_y: u32, stride_x: u32, dilation_y: u32, dilation_x: u32,
  pad_top: i32, pad_left: i32,
  x_stride: u32, x_offset: u32, residual_stride: u32, residual_offset: u32, y_stride: u32, y_offset: u32,
  activation: u32, residual: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read> weight: array<Value>;
@group(0) @binding(2) var<storage, read> bias: array<Value>;
@group(0) @binding(3) var<storage, read> residual: array<Value>;
@group(0) @binding(4) var<storage, read_write> y: array<Value>;
@group(0) @binding(5) var<uniform> params: Params;

// Activations are comparisons and not max or clamp, which would make a number of a NaN.
const RELU = 1u;
const RELU6 = 2u;

fn channel(pixel: u32, c: u32) -> f32 {
  return f32(x[pixel + c / 4u][c % 4u]);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.out_blocks;
  let pixel = index / params.out_blocks;
  let row = pixel / params.out_width;
  let n = row / params.out_height;
  let top = i32(row % params.out_height * params.stride_y) - params.pad_top;
  let left = i32(pixel % params.out_width * params.stride_x) - params.pad_left;
  // Pad lanes read the last group; their weights are zero.
  let outputs = min(block * 4u + vec4u(0u, 1u, 2u, 3u), vec4u(params.out_channels - 1u));
  let first = outputs / params.group_outputs * params.group_inputs;
  // Rows of the packed weight come in fours.
  let rows = (params.group_inputs + 3u) / 4u * 4u;
  var sum = vec4f();
  for (var tap_y = 0u; tap_y < params.kernel_height; tap_y++) {
    let in_row = top + i32(tap_y * params.dilation_y);
    if (in_row < 0 || in_row >= i32(params.in_height)) { continue; }
    for (var tap_x = 0u; tap_x < params.kernel_width; tap_x++) {
      let in_column = left + i32(tap_x * params.dilation_x);
      if (in_column < 0 || in_column >= i32(params.in_width)) { continue; }
      let at = ((n * params.in_height + u32(in_row)) * params.in_width + u32(in_column)) * params.x_stride + params.x_offset;
      let tap = (tap_y * params.kernel_width + tap_x) * rows;
      for (var i = 0u; i < params.group_inputs; i++) {
        let inputs = vec4f(channel(at, first.x + i), channel(at, first.y + i), channel(at, first.z + i), channel(at, first.w + i));
        sum += inputs * vec4f(weight[(tap + i) * params.out_blocks + block]);
      }
    }
  }
  var value = sum + vec4f(bias[block]);
  if (params.residual == 1u) { value += vec4f(residual[pixel * params.residual_stride + params.residual_offset + block]); }
  if (params.activation >= RELU) { value = select(value, vec4f(), value < vec4f()); }
  if (params.activation == RELU6) { value = select(value, vec4f(6.0), value > vec4f(6.0)); }
  y[pixel * params.y_stride + params.y_offset + block] = Value(value);
}
