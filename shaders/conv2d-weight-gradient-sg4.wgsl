// dweight[o, t, i] = Σ over output pixels p of dy[p, o] · x[pixel(p, t), i]
//
// The gradient of a convolution by its filters. Storage is channels last in vectors of four; columns are vectors of input channels of
// one tap, as the weight lies: [o][t][i]. Rows of output pixels are split into chunks, each with sums of its own.
// One subgroup of 4 lanes computes 16 output channels × 8 columns: a lane owns two columns, loads 4 output channels of dy, and hands them
// round by subgroupBroadcast: 3 vector loads feed 32 vector multiply–adds.

enable subgroups;

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

@compute @workgroup_size(4)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let column = wid.x * 8u + lane;
  // Lanes beyond the last column or channel repeat it, since every lane must reach the broadcasts; their sums are not stored.
  let left_tap = tap(min(column, params.columns - 1u));
  let right_tap = tap(min(column + 4u, params.columns - 1u));
  let block = min(wid.y * 4u + lane, params.out_blocks - 1u);
  var a0 = vec4f(); var a1 = vec4f(); var a2 = vec4f(); var a3 = vec4f();
  var a4 = vec4f(); var a5 = vec4f(); var a6 = vec4f(); var a7 = vec4f();
  var a8 = vec4f(); var a9 = vec4f(); var a10 = vec4f(); var a11 = vec4f();
  var a12 = vec4f(); var a13 = vec4f(); var a14 = vec4f(); var a15 = vec4f();
  var b0 = vec4f(); var b1 = vec4f(); var b2 = vec4f(); var b3 = vec4f();
  var b4 = vec4f(); var b5 = vec4f(); var b6 = vec4f(); var b7 = vec4f();
  var b8 = vec4f(); var b9 = vec4f(); var b10 = vec4f(); var b11 = vec4f();
  var b12 = vec4f(); var b13 = vec4f(); var b14 = vec4f(); var b15 = vec4f();
  let end = min((wid.z + 1u) * params.chunk_rows, params.rows);
  for (var row = wid.z * params.chunk_rows; row < end; row++) {
    let left_row = row_of(left_tap, row);
    let right_row = row_of(right_tap, row);
    var left_column = left_tap.y;
    var right_column = right_tap.y;
    let pixels = min(params.out_width, params.pixels - row * params.out_width);
    var at = row * params.out_width * params.dy_stride + params.dy_offset;
    for (var pixel = 0u; pixel < pixels; pixel++) {
      let d = vec4f(dy[at + block]);
      let left = load(left_row, left_column);
      let right = load(right_row, right_column);
      let d0 = subgroupBroadcast(d, 0u);
      a0 += d0.x * left; b0 += d0.x * right;
      a1 += d0.y * left; b1 += d0.y * right;
      a2 += d0.z * left; b2 += d0.z * right;
      a3 += d0.w * left; b3 += d0.w * right;
      let d1 = subgroupBroadcast(d, 1u);
      a4 += d1.x * left; b4 += d1.x * right;
      a5 += d1.y * left; b5 += d1.y * right;
      a6 += d1.z * left; b6 += d1.z * right;
      a7 += d1.w * left; b7 += d1.w * right;
      let d2 = subgroupBroadcast(d, 2u);
      a8 += d2.x * left; b8 += d2.x * right;
      a9 += d2.y * left; b9 += d2.y * right;
      a10 += d2.z * left; b10 += d2.z * right;
      a11 += d2.w * left; b11 += d2.w * right;
      let d3 = subgroupBroadcast(d, 3u);
      a12 += d3.x * left; b12 += d3.x * right;
      a13 += d3.y * left; b13 += d3.y * right;
      a14 += d3.z * left; b14 += d3.z * right;
      a15 += d3.w * left; b15 += d3.w * right;
      at += params.dy_stride;
      left_column += i32(params.stride_x);
      right_column += i32(params.stride_x);
    }
  }
  // Stored in a loop that compilers do not unroll: thirty-two copies of a guarded store take them longer than all the rest.
  let left_sums = array<vec4f, 16>(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15);
  let right_sums = array<vec4f, 16>(b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15);
  let first = wid.z * params.out_channels + wid.y * 16u;
  let channels = min(16u, params.out_channels - wid.y * 16u);
  for (var i = 0u; i < channels; i++) {
    let to = (first + i) * params.columns + column;
    if (column < params.columns) { dweight[to] = Value(left_sums[i]); }
    if (column + 4u < params.columns) { dweight[to + 4u] = Value(right_sums[i]); }
  }
}
