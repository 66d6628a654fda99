// y[n, c, i, j] = act(Σ over taps (u, v) of x[n, c, i·stride + u·dilation − pad, …] · weight[u, v, c] + bias[c] + residual[n, c, i, j])
//
// One invocation computes four channels of a strip of 4 pixels along a row; the taps' weights are loaded once for the strip.

struct Params {
  strips: u32, in_height: u32, in_width: u32, out_height: u32, out_width: u32, blocks: u32, size: u32,
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

// x at a column of the picture's row that starts at vector `row`; zero in the padding.
fn load(row: u32, column: i32, block: u32) -> vec4f {
  let clamped = clamp(column, 0, i32(params.in_width) - 1);
  return select(vec4f(), vec4f(x[row + u32(clamped) * params.x_stride + block]), column == clamped);
}

fn store(row: u32, column: u32, block: u32, sum: vec4f) {
  if (column >= params.out_width) { return; }
  let pixel = row * params.out_width + column;
  var value = sum + vec4f(bias[block]);
  if (params.residual == 1u) { value += vec4f(residual[pixel * params.residual_stride + params.residual_offset + block]); }
  if (params.activation >= RELU) { value = select(value, vec4f(), value < vec4f()); }
  if (params.activation == RELU6) { value = select(value, vec4f(6.0), value > vec4f(6.0)); }
  y[pixel * params.y_stride + params.y_offset + block] = Value(value);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let strip = index / params.blocks;
  let row = strip / params.strips;   // over the batch: n · out_height + i
  let column = strip % params.strips * 4u;
  let n = row / params.out_height;
  let top = i32(row % params.out_height * params.stride_y) - params.pad_top;
  let left = i32(column * params.stride_x) - params.pad_left;
  let step = i32(params.stride_x);
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  for (var tap_y = 0u; tap_y < params.kernel_height; tap_y++) {
    let in_row = top + i32(tap_y * params.dilation_y);
    if (in_row < 0 || in_row >= i32(params.in_height)) { continue; }
    let start = (n * params.in_height + u32(in_row)) * params.in_width * params.x_stride + params.x_offset;
    let first = tap_y * params.kernel_width * params.blocks + block;
    if (params.stride_x == 1u && params.dilation_x == 1u) {
      // Neighbouring outputs share all but one input: each tap moves the strip on by one column.
      var x0 = load(start, left, block);
      var x1 = load(start, left + 1, block);
      var x2 = load(start, left + 2, block);
      var x3 = load(start, left + 3, block);
      for (var tap_x = 0u; tap_x < params.kernel_width; tap_x++) {
        let w = vec4f(weight[first + tap_x * params.blocks]);
        sum0 += w * x0;
        sum1 += w * x1;
        sum2 += w * x2;
        sum3 += w * x3;
        x0 = x1;
        x1 = x2;
        x2 = x3;
        x3 = load(start, left + 4 + i32(tap_x), block);
      }
      continue;
    }
    for (var tap_x = 0u; tap_x < params.kernel_width; tap_x++) {
      let w = vec4f(weight[first + tap_x * params.blocks]);
      let at = left + i32(tap_x * params.dilation_x);
      sum0 += w * load(start, at, block);
      sum1 += w * load(start, at + step, block);
      sum2 += w * load(start, at + 2 * step, block);
      sum3 += w * load(start, at + 3 * step, block);
    }
  }
  store(row, column, block, sum0);
  store(row, column + 1u, block, sum1);
  store(row, column + 2u, block, sum2);
  store(row, column + 3u, block, sum3);
}
