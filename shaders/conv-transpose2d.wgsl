// y[n, o, i, j] = bias[o] + Σ over taps (u, v) and channels c of x[n, c, (i + pad − u) / stride, (j + pad − v) / stride] · weight[u, v, c, o]
//                 where the divisions leave no remainder
//
// Output pixels fall into stride_y · stride_x phases by the remainder of i + pad and j + pad. Within a phase the same taps apply and
// neighbouring outputs read neighbouring inputs, so each phase is an ordinary convolution without a test a tap.
// One invocation computes 4 pixels of one row of one phase × 4 output channels.

struct Params {
  strips: u32, phase_height: u32, in_height: u32, in_width: u32, in_blocks: u32, out_height: u32, out_width: u32, out_blocks: u32,
  kernel_height: u32, kernel_width: u32, stride_y: u32, stride_x: u32, pad_top: u32, pad_left: u32, size: u32,
  x_stride: u32, x_offset: u32, y_stride: u32, y_offset: u32,
  activation: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read> weight: array<Value>;
@group(0) @binding(2) var<storage, read> bias: array<Value>;
@group(0) @binding(3) var<storage, read_write> y: array<Value>;
@group(0) @binding(4) var<uniform> params: Params;

// Activations are comparisons and not max or clamp, which would make a number of a NaN.
const RELU = 1u;
const RELU6 = 2u;

fn load(row: u32, column: i32, block: u32) -> vec4f {
  let clamped = clamp(column, 0, i32(params.in_width) - 1);
  return select(vec4f(), vec4f(x[row + u32(clamped) * params.x_stride + block]), column == clamped);
}

fn store(row: u32, column: u32, block: u32, sum: vec4f) {
  if (column >= params.out_width) { return; }
  var value = sum + vec4f(bias[block]);
  if (params.activation >= RELU) { value = select(value, vec4f(), value < vec4f()); }
  if (params.activation == RELU6) { value = select(value, vec4f(6.0), value > vec4f(6.0)); }
  y[(row * params.out_width + column) * params.y_stride + params.y_offset + block] = Value(value);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.out_blocks;
  let strip = index / params.out_blocks;
  let phase_row = strip / params.strips;   // over phases of columns, rows of the phase, phases of rows, batch
  let phase_x = phase_row % params.stride_x;
  let row_of_phase = phase_row / params.stride_x % params.phase_height;
  let phase_y = phase_row / params.stride_x / params.phase_height % params.stride_y;
  let n = phase_row / params.stride_x / params.phase_height / params.stride_y;
  let out_row = row_of_phase * params.stride_y + phase_y;
  let out_column = strip % params.strips * 4u * params.stride_x + phase_x;
  if (out_row >= params.out_height || out_column >= params.out_width) { return; }
  let bottom = i32((out_row + params.pad_top) / params.stride_y);
  let right = i32((out_column + params.pad_left) / params.stride_x);
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  var in_row = bottom;
  for (var tap_y = (out_row + params.pad_top) % params.stride_y; tap_y < params.kernel_height; tap_y += params.stride_y) {
    if (in_row >= 0 && in_row < i32(params.in_height)) {
      let start = (n * params.in_height + u32(in_row)) * params.in_width * params.x_stride + params.x_offset;
      var in_column = right;
      for (var tap_x = (out_column + params.pad_left) % params.stride_x; tap_x < params.kernel_width; tap_x += params.stride_x) {
        var at = (tap_y * params.kernel_width + tap_x) * params.in_blocks * 4u * params.out_blocks + block;
        for (var channel = 0u; channel < params.in_blocks; channel++) {
          let w = mat4x4f(
            vec4f(weight[at]), vec4f(weight[at + params.out_blocks]),
            vec4f(weight[at + 2u * params.out_blocks]), vec4f(weight[at + 3u * params.out_blocks]),
          );
          sum0 += w * load(start, in_column, channel);
          sum1 += w * load(start, in_column + 1, channel);
          sum2 += w * load(start, in_column + 2, channel);
          sum3 += w * load(start, in_column + 3, channel);
          at += 4u * params.out_blocks;
        }
        in_column--;
      }
    }
    in_row--;
  }
  let row = n * params.out_height + out_row;
  store(row, out_column, block, sum0);
  store(row, out_column + params.stride_x, block, sum1);
  store(row, out_column + 2u * params.stride_x, block, sum2);
  store(row, out_column + 3u * params.stride_x, block, sum3);
}
