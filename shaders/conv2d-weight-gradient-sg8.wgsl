// dweight[o, t, i] = Σ over output pixels p of dy[p, o] · x[pixel(p, t), i]
//
// The gradient of a convolution by its filters. Storage is channels last in vectors of four; columns are vectors of input channels of
// one tap, as the weight lies: [o][t][i]. Rows of output pixels are split into chunks, each with sums of its own.
// One subgroup of 8 lanes computes 32 output channels × 8 columns: a lane owns one column, loads 4 output channels of dy, and hands them
// round by subgroupBroadcast: 2 vector loads feed 32 vector multiply–adds.

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

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let column = wid.x * 8u + lane;
  // Lanes beyond the last column or channel repeat it, since every lane must reach the broadcasts; their sums are not stored.
  let own_tap = tap(min(column, params.columns - 1u));
  let block = min(wid.y * 8u + lane, params.out_blocks - 1u);
  var sum0 = vec4f(); var sum1 = vec4f(); var sum2 = vec4f(); var sum3 = vec4f();
  var sum4 = vec4f(); var sum5 = vec4f(); var sum6 = vec4f(); var sum7 = vec4f();
  var sum8 = vec4f(); var sum9 = vec4f(); var sum10 = vec4f(); var sum11 = vec4f();
  var sum12 = vec4f(); var sum13 = vec4f(); var sum14 = vec4f(); var sum15 = vec4f();
  var sum16 = vec4f(); var sum17 = vec4f(); var sum18 = vec4f(); var sum19 = vec4f();
  var sum20 = vec4f(); var sum21 = vec4f(); var sum22 = vec4f(); var sum23 = vec4f();
  var sum24 = vec4f(); var sum25 = vec4f(); var sum26 = vec4f(); var sum27 = vec4f();
  var sum28 = vec4f(); var sum29 = vec4f(); var sum30 = vec4f(); var sum31 = vec4f();
  let end = min((wid.z + 1u) * params.chunk_rows, params.rows);
  for (var row = wid.z * params.chunk_rows; row < end; row++) {
    let x_row = row_of(own_tap, row);
    var x_column = own_tap.y;
    let pixels = min(params.out_width, params.pixels - row * params.out_width);
    var at = row * params.out_width * params.dy_stride + params.dy_offset;
    for (var pixel = 0u; pixel < pixels; pixel++) {
      let d = vec4f(dy[at + block]);
      let value = load(x_row, x_column);
      let d0 = subgroupBroadcast(d, 0u);
      sum0 += d0.x * value; sum1 += d0.y * value; sum2 += d0.z * value; sum3 += d0.w * value;
      let d1 = subgroupBroadcast(d, 1u);
      sum4 += d1.x * value; sum5 += d1.y * value; sum6 += d1.z * value; sum7 += d1.w * value;
      let d2 = subgroupBroadcast(d, 2u);
      sum8 += d2.x * value; sum9 += d2.y * value; sum10 += d2.z * value; sum11 += d2.w * value;
      let d3 = subgroupBroadcast(d, 3u);
      sum12 += d3.x * value; sum13 += d3.y * value; sum14 += d3.z * value; sum15 += d3.w * value;
      let d4 = subgroupBroadcast(d, 4u);
      sum16 += d4.x * value; sum17 += d4.y * value; sum18 += d4.z * value; sum19 += d4.w * value;
      let d5 = subgroupBroadcast(d, 5u);
      sum20 += d5.x * value; sum21 += d5.y * value; sum22 += d5.z * value; sum23 += d5.w * value;
      let d6 = subgroupBroadcast(d, 6u);
      sum24 += d6.x * value; sum25 += d6.y * value; sum26 += d6.z * value; sum27 += d6.w * value;
      let d7 = subgroupBroadcast(d, 7u);
      sum28 += d7.x * value; sum29 += d7.y * value; sum30 += d7.z * value; sum31 += d7.w * value;
      at += params.dy_stride;
      x_column += i32(params.stride_x);
    }
  }
  if (column >= params.columns) { return; }
  // Stored in a loop that compilers do not unroll: thirty-two copies of a guarded store take them longer than all the rest.
  let sums = array<vec4f, 32>(
    sum0, sum1, sum2, sum3, sum4, sum5, sum6, sum7,
    sum8, sum9, sum10, sum11, sum12, sum13, sum14, sum15,
    sum16, sum17, sum18, sum19, sum20, sum21, sum22, sum23,
    sum24, sum25, sum26, sum27, sum28, sum29, sum30, sum31,
  );
  let first = wid.z * params.out_channels + wid.y * 32u;
  let channels = min(32u, params.out_channels - wid.y * 32u);
  for (var i = 0u; i < channels; i++) { dweight[(first + i) * params.columns + column] = Value(sums[i]); }
}
