// dweight[o, t, i] = Σ over output pixels p of dy[p, o] · x[pixel(p, t), i]
//
// The gradient of a convolution by its filters. Storage is channels last in vectors of four; columns are vectors of input channels of
// one tap, as the weight lies: [o][t][i]. Rows of output pixels are split into chunks, each with sums of its own.
// One invocation computes 8 output channels × 2 columns in registers: no subgroups, no workgroup memory.

struct Params {
  rows: u32, chunk_rows: u32, pixels: u32, columns: u32,
  in_height: u32, in_width: u32, in_blocks: u32, out_height: u32, out_width: u32, out_blocks: u32, out_channels: u32,
  kernel_width: u32, stride_y: u32, stride_x: u32, dilation_y: u32, dilation_x: u32, pad_top: i32, pad_left: i32,
  x_stride: u32, x_offset: u32, dy_stride: u32, dy_offset: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read> dy: array<Value>;
@group(0) @binding(2) var<storage, read_write> dweight: array<Value>;
@group(0) @binding(3) var<uniform> params: Params;

// Row and column of a tap of a column of the result, from the top left corner of the unpadded window, and its vector of input channels.
fn tap(column: u32) -> vec3i {
  let t = column / params.in_blocks;
  return vec3i(
    i32(t / params.kernel_width * params.dilation_y) - params.pad_top,
    i32(t % params.kernel_width * params.dilation_x) - params.pad_left,
    i32(column % params.in_blocks),
  );
}

// First vector of the row of x that a tap reads for a row of the output, and how many pixels of it there are: none in the padding.
fn row_of(at: vec3i, row: u32) -> vec2u {
  let y = i32(row % params.out_height * params.stride_y) + at.x;
  let clamped = clamp(y, 0, i32(params.in_height) - 1);
  let first = (row / params.out_height * params.in_height + u32(clamped)) * params.in_width;
  return vec2u(first * params.x_stride + params.x_offset + u32(at.z), select(0u, params.in_width, y == clamped));
}

// x at a column of its row; zero in the padding, which left of the picture is a large number too.
fn load(row: vec2u, column: i32) -> vec4f {
  let inside = u32(column) < row.y;
  return select(vec4f(), vec4f(x[row.x + min(u32(column), params.in_width - 1u) * params.x_stride]), inside);
}

fn store(chunk: u32, channel: u32, column: u32, sum: vec4f) {
  if (channel < params.out_channels) { dweight[(chunk * params.out_channels + channel) * params.columns + column] = Value(sum); }
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let column = gid.x * 2u;
  let channel = gid.y * 8u;
  if (column >= params.columns || channel >= params.out_channels) { return; }
  // The second column or vector of an odd count repeats the first; its sums are not stored.
  let next = min(column + 1u, params.columns - 1u);
  let left_tap = tap(column);
  let right_tap = tap(next);
  let block = gid.y * 2u;
  let next_block = min(block + 1u, params.out_blocks - 1u);
  var a0 = vec4f(); var a1 = vec4f(); var a2 = vec4f(); var a3 = vec4f();
  var a4 = vec4f(); var a5 = vec4f(); var a6 = vec4f(); var a7 = vec4f();
  var b0 = vec4f(); var b1 = vec4f(); var b2 = vec4f(); var b3 = vec4f();
  var b4 = vec4f(); var b5 = vec4f(); var b6 = vec4f(); var b7 = vec4f();
  let end = min((gid.z + 1u) * params.chunk_rows, params.rows);
  for (var row = gid.z * params.chunk_rows; row < end; row++) {
    let left_row = row_of(left_tap, row);
    let right_row = row_of(right_tap, row);
    var left_column = left_tap.y;
    var right_column = right_tap.y;
    let pixels = min(params.out_width, params.pixels - row * params.out_width);
    var at = row * params.out_width * params.dy_stride + params.dy_offset;
    for (var pixel = 0u; pixel < pixels; pixel++) {
      let d0 = vec4f(dy[at + block]);
      let d1 = vec4f(dy[at + next_block]);
      let left = load(left_row, left_column);
      let right = load(right_row, right_column);
      a0 += d0.x * left; b0 += d0.x * right;
      a1 += d0.y * left; b1 += d0.y * right;
      a2 += d0.z * left; b2 += d0.z * right;
      a3 += d0.w * left; b3 += d0.w * right;
      a4 += d1.x * left; b4 += d1.x * right;
      a5 += d1.y * left; b5 += d1.y * right;
      a6 += d1.z * left; b6 += d1.z * right;
      a7 += d1.w * left; b7 += d1.w * right;
      at += params.dy_stride;
      left_column += i32(params.stride_x);
      right_column += i32(params.stride_x);
    }
  }
  store(gid.z, channel, column, a0);
  store(gid.z, channel + 1u, column, a1);
  store(gid.z, channel + 2u, column, a2);
  store(gid.z, channel + 3u, column, a3);
  store(gid.z, channel + 4u, column, a4);
  store(gid.z, channel + 5u, column, a5);
  store(gid.z, channel + 6u, column, a6);
  store(gid.z, channel + 7u, column, a7);
  if (next == column) { return; }
  store(gid.z, channel, next, b0);
  store(gid.z, channel + 1u, next, b1);
  store(gid.z, channel + 2u, next, b2);
  store(gid.z, channel + 3u, next, b3);
  store(gid.z, channel + 4u, next, b4);
  store(gid.z, channel + 5u, next, b5);
  store(gid.z, channel + 6u, next, b6);
  store(gid.z, channel + 7u, next, b7);
}
