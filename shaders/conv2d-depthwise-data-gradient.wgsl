// dx[n, c, i, j] = Σ over taps (u, v) of dy[n, c, (i + pad − u·dilation) / stride, …] · weight[u, v, c], where the quotients are whole
//
// The gradient of a depthwise convolution by its input. One invocation gathers four channels: of one pixel, where along each axis the
// quotient is whole for every period-th tap, of which neighbours lie `step` outputs apart (entry point `main`); or, for 3 × 3 taps at
// stride 2, of a block of pixels four columns wide (`stride2`). It walks down `rows` rows of outputs: three of each add to the two rows of
// pixels under their first two taps, and once more to the next one.

struct Params {
  size: u32, strips: u32, groups: u32, rows: u32, blocks: u32, in_height: u32, in_width: u32, out_height: u32, out_width: u32,
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

// Three neighbours of a row of dy; zero outside of it.
struct Outputs { before: vec4f, here: vec4f, after: vec4f }

// Rows and columns before the first are large numbers here.
fn outputs(n: u32, row: u32, column: i32, block: u32) -> Outputs {
  let inside = row < params.out_height;
  let line = (n * params.out_height + min(row, params.out_height - 1u)) * params.out_width;
  return Outputs(load(line, column - 1, block, inside), load(line, column, block, inside), load(line, column + 1, block, inside));
}

fn load(line: u32, column: i32, block: u32, inside: bool) -> vec4f {
  let at = (line + min(u32(column), params.out_width - 1u)) * params.dy_stride + params.dy_offset + block;
  return select(vec4f(), vec4f(dy[at]), inside && u32(column) < params.out_width);
}

fn tap(index: u32, block: u32) -> vec4f {
  return vec4f(weight[index * params.blocks + block]);
}

fn store(n: u32, row: u32, column: i32, block: u32, sum: vec4f) {
  if (row >= params.in_height || u32(column) >= params.in_width) { return; }
  let pixel = (n * params.in_height + row) * params.in_width + u32(column);
  dx[pixel * params.y_stride + params.y_offset + block] = Value(sum);
}

@compute @workgroup_size(64)
fn stride2(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let strip = index / params.blocks;
  let group = strip / params.strips;
  let n = group / params.groups;
  // Blocks begin where a pixel lies under an output's first tap.
  let column = i32(strip % params.strips * 4u) - i32(params.pad_left % 2u);
  let output = (column + i32(params.pad_left)) / 2;
  let first = group % params.groups * params.rows + params.pad_top / 2u;
  let end = min(first + params.rows, (params.pad_top + params.in_height + 1u) / 2u);
  let w00 = tap(0u, block); let w01 = tap(1u, block); let w02 = tap(2u, block);
  let w10 = tap(3u, block); let w11 = tap(4u, block); let w12 = tap(5u, block);
  let w20 = tap(6u, block); let w21 = tap(7u, block); let w22 = tap(8u, block);
  var above = outputs(n, first - 1u, output, block);
  for (var out_row = first; out_row < end; out_row++) {
    let d = outputs(n, out_row, output, block);
    let row = out_row * 2u - params.pad_top;
    store(n, row, column, block, w00 * d.here + w02 * d.before + (w20 * above.here + w22 * above.before));
    store(n, row, column + 1, block, w01 * d.here + w21 * above.here);
    store(n, row, column + 2, block, w00 * d.after + w02 * d.here + (w20 * above.after + w22 * above.here));
    store(n, row, column + 3, block, w01 * d.after + w21 * above.after);
    store(n, row + 1u, column, block, w10 * d.here + w12 * d.before);
    store(n, row + 1u, column + 1, block, w11 * d.here);
    store(n, row + 1u, column + 2, block, w10 * d.after + w12 * d.here);
    store(n, row + 1u, column + 3, block, w11 * d.after);
    above = d;
  }
}
