// dweight[o, t, i] = Σ over output pixels p of dy[p, o] · x[pixel(p, t), i]
//
// The gradient of a convolution by its filters. Storage is channels last in vectors of four; columns are vectors of input channels of
// one tap, as the weight lies: [o][t][i]. Rows of output pixels are split into chunks, each with sums of its own.
// For adapters with workgroup memory of their own. A workgroup of 8 × 8 invocations computes 64 output channels × 16 columns, 16 pixels a
// step: each invocation brings four vectors of dy and four of x into workgroup memory, and multiplies 8 channels by two columns from there.

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

// Sixteen pixels by sixteen vectors of output channels, and by sixteen columns.
var<workgroup> gradients: array<vec4f, 256>;
var<workgroup> inputs: array<vec4f, 256>;

// x under a tap of an output pixel; zero in the padding.
fn load(at: vec3i, pixel: u32) -> vec4f {
  let row = pixel / params.out_width;
  let y = i32(row % params.out_height * params.stride_y) + at.x;
  let column = i32(pixel % params.out_width * params.stride_x) + at.y;
  let clamped = clamp(vec2i(y, column), vec2i(), vec2i(i32(params.in_height), i32(params.in_width)) - 1);
  let place = (row / params.out_height * params.in_height + u32(clamped.x)) * params.in_width + u32(clamped.y);
  return select(vec4f(), vec4f(x[place * params.x_stride + params.x_offset + u32(at.z)]), y == clamped.x && column == clamped.y);
}

fn store(chunk: u32, channel: u32, column: u32, sum: vec4f) {
  if (channel >= params.out_channels || column >= params.columns) { return; }
  dweight[(chunk * params.out_channels + channel) * params.columns + column] = Value(sum);
}

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_id) lid: vec3u, @builtin(local_invocation_index) index: u32) {
  // What this invocation brings: one column and one vector of dy of every fourth pixel.
  let own_tap = tap(min(wid.x * 16u + index % 16u, params.columns - 1u));
  let block = min(wid.y * 16u + index % 16u, params.out_blocks - 1u) + params.dy_offset;
  let begin = wid.z * params.chunk_rows * params.out_width;
  let end = min(begin + params.chunk_rows * params.out_width, params.pixels);
  var a0 = vec4f(); var a1 = vec4f(); var a2 = vec4f(); var a3 = vec4f();
  var a4 = vec4f(); var a5 = vec4f(); var a6 = vec4f(); var a7 = vec4f();
  var b0 = vec4f(); var b1 = vec4f(); var b2 = vec4f(); var b3 = vec4f();
  var b4 = vec4f(); var b5 = vec4f(); var b6 = vec4f(); var b7 = vec4f();
  for (var first = begin; first < end; first += 16u) {
    for (var i = 0u; i < 4u; i++) {
      let line = index / 16u + 4u * i;
      let pixel = min(first + line, end - 1u);
      let is_there = first + line < end;
      gradients[line * 16u + index % 16u] = select(vec4f(), vec4f(dy[pixel * params.dy_stride + block]), is_there);
      inputs[line * 16u + index % 16u] = select(vec4f(), load(own_tap, pixel), is_there);
    }
    workgroupBarrier();
    for (var line = 0u; line < 16u; line++) {
      let d0 = gradients[line * 16u + lid.y];
      let d1 = gradients[line * 16u + lid.y + 8u];
      let left = inputs[line * 16u + lid.x];
      let right = inputs[line * 16u + lid.x + 8u];
      a0 += d0.x * left; b0 += d0.x * right;
      a1 += d0.y * left; b1 += d0.y * right;
      a2 += d0.z * left; b2 += d0.z * right;
      a3 += d0.w * left; b3 += d0.w * right;
      a4 += d1.x * left; b4 += d1.x * right;
      a5 += d1.y * left; b5 += d1.y * right;
      a6 += d1.z * left; b6 += d1.z * right;
      a7 += d1.w * left; b7 += d1.w * right;
    }
    workgroupBarrier();
  }
  let column = wid.x * 16u + lid.x;
  let channel = wid.y * 64u + lid.y * 4u;
  store(wid.z, channel, column, a0);
  store(wid.z, channel + 1u, column, a1);
  store(wid.z, channel + 2u, column, a2);
  store(wid.z, channel + 3u, column, a3);
  store(wid.z, channel + 32u, column, a4);
  store(wid.z, channel + 33u, column, a5);
  store(wid.z, channel + 34u, column, a6);
  store(wid.z, channel + 35u, column, a7);
  store(wid.z, channel, column + 8u, b0);
  store(wid.z, channel + 1u, column + 8u, b1);
  store(wid.z, channel + 2u, column + 8u, b2);
  store(wid.z, channel + 3u, column + 8u, b3);
  store(wid.z, channel + 32u, column + 8u, b4);
  store(wid.z, channel + 33u, column + 8u, b5);
  store(wid.z, channel + 34u, column + 8u, b6);
  store(wid.z, channel + 35u, column + 8u, b7);
}
