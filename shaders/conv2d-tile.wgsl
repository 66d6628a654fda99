// y[p, o] = act(Σ over taps t and input channels i of x[pixel(p, t), i] · weight[t, i, o] + bias[o] + residual[p, o])
//
// Storage is channels last in vectors of four; p counts output pixels over batch, height and width.
// For adapters with workgroup memory of their own. A workgroup of 8 × 8 invocations computes 64 pixels × 64 output channels, 16 input
// channels a step: each invocation brings one pixel and four filter vectors into workgroup memory, and multiplies 8 pixels by two
// vectors of output channels from there. Taps run outside and channels inside: addresses and padding are settled once a tap.
// A batch of such products, Winograd's, has its pictures one after the other and filters of its own for each.
// A product with too few workgroups is split into parts of the input channels: y holds a layer of sums for each batch or part.

struct Params {
  pixels: u32, in_height: u32, in_width: u32, in_blocks: u32, out_height: u32, out_width: u32, out_blocks: u32,
  kernel_height: u32, kernel_width: u32, stride_y: u32, stride_x: u32, dilation_y: u32, dilation_x: u32,
  pad_top: i32, pad_left: i32,
  x_stride: u32, x_offset: u32, residual_stride: u32, residual_offset: u32, y_stride: u32, y_offset: u32,
  activation: u32, residual: u32,
  first_filter: i32, filter_step_y: i32, filter_step_x: i32,
  first_pixel: u32, picture_step: u32, row_step: u32, column_step: u32,
  folds: u32, parts: u32, part_blocks: u32, biased: u32,
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

// Row of the picture in the batch (n · in_height), and the top left corner of the pixel's window.
fn window(pixel: u32, batch: u32) -> vec3i {
  let p = min(pixel, params.pixels - 1u);
  let row = p / params.out_width;
  let n = row / params.out_height;
  return vec3i(
    i32((batch + n) * params.in_height),
    i32(row % params.out_height * params.stride_y) - params.pad_top,
    i32(p % params.out_width * params.stride_x) - params.pad_left,
  );
}

// First vector of the pixel under a tap, clamped into the picture; w is 0 where it lies in the padding.
fn address(origin: vec3i, tap_y: u32, tap_x: u32) -> vec2u {
  let row = origin.y + i32(tap_y * params.dilation_y);
  let column = origin.z + i32(tap_x * params.dilation_x);
  let clamped = clamp(vec2i(row, column), vec2i(), vec2i(i32(params.in_height), i32(params.in_width)) - 1);
  let inside = row == clamped.x && column == clamped.y;
  return vec2u(u32((origin.x + clamped.x) * i32(params.in_width) + clamped.y) * params.x_stride + params.x_offset, select(0u, 1u, inside));
}

// Four vectors of each of the 64 pixels; rows are five vectors apart, so that eight pixels fall into different banks.
var<workgroup> pixels: array<vec4f, 320>;
// Sixteen rows of filters by sixteen vectors of output channels.
var<workgroup> filters: array<vec4f, 256>;

// Where a pixel of the result lies: a transposed convolution writes each of its phases between the rows and columns of the others.
fn place(pixel: u32, layer: u32) -> u32 {
  if (params.row_step == params.out_width) { return pixel + layer * params.picture_step; }
  let row = pixel / params.out_width;
  let picture = row / params.out_height * params.picture_step;
  return params.first_pixel + picture + row % params.out_height * params.row_step + pixel % params.out_width * params.column_step;
}

fn store(pixel: u32, block: u32, layer: u32, sum: vec4f) {
  if (pixel >= params.pixels || block >= params.out_blocks) { return; }
  var value = sum + select(vec4f(), vec4f(bias[block]), params.biased == 1u);
  if (params.residual == 1u) { value += vec4f(residual[pixel * params.residual_stride + params.residual_offset + block]); }
  if (params.activation >= RELU) { value = select(value, vec4f(), value < vec4f()); }
  if (params.activation == RELU6) { value = select(value, vec4f(6.0), value > vec4f(6.0)); }
  y[place(pixel, layer) * params.y_stride + params.y_offset + block] = Value(value);
}

// Brings vectors `channel` … `channel` + 3 of the pixel at `at` into its row; zeros in the padding and from channel `end` on.
fn bring_pixel(row: u32, at: vec2u, channel: u32, end: u32) {
  for (var i = 0u; i < 4u; i++) {
    let block = min(channel + i, end - 1u);
    let is_there = at.y == 1u && channel + i < end;
    pixels[row * 5u + i] = select(vec4f(), vec4f(x[at.x + block]), is_there);
  }
}

// Brings a quarter of sixteen rows of filters, those of `row` on; zeros past the last channel.
fn bring_filters(index: u32, row: u32, rows: u32, first_block: u32) {
  let column = min(first_block + index % 16u, params.out_blocks - 1u);
  for (var i = 0u; i < 4u; i++) {
    let line = index / 16u + 4u * i;
    let at = (row + min(line, rows - 1u)) * params.out_blocks + column;
    filters[line * 16u + index % 16u] = select(vec4f(), vec4f(weight[at]), line < rows);
  }
}

fn filter_rows(row: u32, column: u32) -> mat4x4f {
  let at = row * 16u + column;
  return mat4x4f(filters[at], filters[at + 16u], filters[at + 32u], filters[at + 48u]);
}

@compute @workgroup_size(8, 8)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) lid: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let layer = wid.z / params.folds;
  let pixel = (wid.x + wid.z % params.folds * groups.x) * 64u;
  let block = wid.y * 16u;
  let batch = layer / params.parts;
  let first_channel = layer % params.parts * params.part_blocks;
  let end_channel = min(first_channel + params.part_blocks, params.in_blocks);
  let origin = window(pixel + index, batch);
  var a0 = vec4f(); var a1 = vec4f(); var a2 = vec4f(); var a3 = vec4f();
  var a4 = vec4f(); var a5 = vec4f(); var a6 = vec4f(); var a7 = vec4f();
  var b0 = vec4f(); var b1 = vec4f(); var b2 = vec4f(); var b3 = vec4f();
  var b4 = vec4f(); var b5 = vec4f(); var b6 = vec4f(); var b7 = vec4f();
  let first_row = (batch * params.kernel_height * params.kernel_width * params.in_blocks + first_channel) * 4u;
  for (var tap_y = 0u; tap_y < params.kernel_height; tap_y++) {
    for (var tap_x = 0u; tap_x < params.kernel_width; tap_x++) {
      var row = first_row + u32(params.first_filter + i32(tap_y) * params.filter_step_y + i32(tap_x) * params.filter_step_x);
      let at = address(origin, tap_y, tap_x);
      for (var channel = first_channel; channel < end_channel; channel += 4u) {
        let rows = min(4u, end_channel - channel) * 4u;
        bring_pixel(index, at, channel, end_channel);
        bring_filters(index, row, rows, block);
        workgroupBarrier();
        for (var k = 0u; k < 4u; k++) {
          let left = filter_rows(4u * k, lid.x);
          let right = filter_rows(4u * k, lid.x + 8u);
          let p0 = pixels[(lid.y) * 5u + k]; a0 += left * p0; b0 += right * p0;
          let p1 = pixels[(lid.y + 8u) * 5u + k]; a1 += left * p1; b1 += right * p1;
          let p2 = pixels[(lid.y + 16u) * 5u + k]; a2 += left * p2; b2 += right * p2;
          let p3 = pixels[(lid.y + 24u) * 5u + k]; a3 += left * p3; b3 += right * p3;
          let p4 = pixels[(lid.y + 32u) * 5u + k]; a4 += left * p4; b4 += right * p4;
          let p5 = pixels[(lid.y + 40u) * 5u + k]; a5 += left * p5; b5 += right * p5;
          let p6 = pixels[(lid.y + 48u) * 5u + k]; a6 += left * p6; b6 += right * p6;
          let p7 = pixels[(lid.y + 56u) * 5u + k]; a7 += left * p7; b7 += right * p7;
        }
        workgroupBarrier();
        row += rows;
      }
    }
  }
  store(pixel + lid.y, block + lid.x, layer, a0);
  store(pixel + lid.y + 8u, block + lid.x, layer, a1);
  store(pixel + lid.y + 16u, block + lid.x, layer, a2);
  store(pixel + lid.y + 24u, block + lid.x, layer, a3);
  store(pixel + lid.y + 32u, block + lid.x, layer, a4);
  store(pixel + lid.y + 40u, block + lid.x, layer, a5);
  store(pixel + lid.y + 48u, block + lid.x, layer, a6);
  store(pixel + lid.y + 56u, block + lid.x, layer, a7);
  store(pixel + lid.y, block + lid.x + 8u, layer, b0);
  store(pixel + lid.y + 8u, block + lid.x + 8u, layer, b1);
  store(pixel + lid.y + 16u, block + lid.x + 8u, layer, b2);
  store(pixel + lid.y + 24u, block + lid.x + 8u, layer, b3);
  store(pixel + lid.y + 32u, block + lid.x + 8u, layer, b4);
  store(pixel + lid.y + 40u, block + lid.x + 8u, layer, b5);
  store(pixel + lid.y + 48u, block + lid.x + 8u, layer, b6);
  store(pixel + lid.y + 56u, block + lid.x + 8u, layer, b7);
}
