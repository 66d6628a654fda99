// dx[n, c, i, j] = Σ over taps (u, v) of dy[n, c, (i + pad − u·dilation) / stride, …] · weight[u, v, c], where the quotients are whole
//
// The gradient of a depthwise convolution by its input. One invocation gathers four channels: of one pixel, where along each axis the
// quotient is whole for every period-th tap, of which neighbours lie `step` outputs apart (entry point `main`); or, for 3 × 3 taps at
// stride 2, of a strip of 4 pixels, to which three outputs of a row add (`stride2`).

struct Params {
  size: u32, strips: u32, blocks: u32, in_height: u32, in_width: u32, out_height: u32, out_width: u32,
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

// dy at a column of the row that starts at pixel `line`; zero outside, which on the left is a large number too.
fn load(line: u32, column: i32, block: u32) -> vec4f {
  let at = (line + min(u32(column), params.out_width - 1u)) * params.dy_stride + params.dy_offset + block;
  return select(vec4f(), vec4f(dy[at]), u32(column) < params.out_width);
}

fn store(line: u32, column: i32, block: u32, sum: vec4f) {
  if (u32(column) < params.in_width) { dx[(line + u32(column)) * params.y_stride + params.y_offset + block] = Value(sum); }
}

@compute @workgroup_size(64)
fn stride2(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let strip = index / params.blocks;
  let in_line = strip / params.strips;   // over the batch: n · in_height + i
  let n = in_line / params.in_height;
  let row = in_line % params.in_height + params.pad_top;
  // Strips begin where a pixel lies under an output's first tap.
  let column = i32(strip % params.strips * 4u) - i32(params.pad_left % 2u);
  let output = (column + i32(params.pad_left)) / 2;
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  for (var tap = row % 2u; tap < 3u; tap += 2u) {
    // Rows before the first are large numbers here.
    let out_row = row / 2u - tap / 2u;
    if (out_row >= params.out_height) { continue; }
    let line = (n * params.out_height + out_row) * params.out_width;
    let before = load(line, output - 1, block);
    let here = load(line, output, block);
    let after = load(line, output + 1, block);
    let w0 = vec4f(weight[tap * 3u * params.blocks + block]);
    let w1 = vec4f(weight[(tap * 3u + 1u) * params.blocks + block]);
    let w2 = vec4f(weight[(tap * 3u + 2u) * params.blocks + block]);
    sum0 += w0 * here + w2 * before;
    sum1 += w1 * here;
    sum2 += w0 * after + w2 * here;
    sum3 += w1 * after;
  }
  let first = in_line * params.in_width;
  store(first, column, block, sum0);
  store(first, column + 1, block, sum1);
  store(first, column + 2, block, sum2);
  store(first, column + 3, block, sum3);
}
