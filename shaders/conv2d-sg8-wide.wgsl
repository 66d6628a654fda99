// y[p, o] = act(Σ over taps t and input channels i of x[pixel(p, t), i] · weight[t, i, o] + bias[o] + residual[p, o])
//
// Storage is channels last in vectors of four; p counts output pixels over batch, height and width.
// One subgroup of 8 lanes computes 16 pixels × 64 output channels. A lane owns two vectors of output channels of all 16 pixels,
// loads 2 of the pixels, and hands them round by subgroupBroadcast: 2 + 8 vector loads feed 128 vector multiply–adds.
// Taps run outside and channels inside, so that addresses and padding are settled once a tap.
// A batch of such products, Winograd's, has its pictures one after the other and filters of its own for each.
// A product with too few workgroups is split into parts of the input channels: y holds a layer of sums for each batch or part.

enable subgroups;

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

fn load(at: vec2u, block: u32) -> vec4f {
  return select(vec4f(), vec4f(x[at.x + block]), at.y == 1u);
}

fn weights(row: u32, block: u32) -> mat4x4f {
  let at = row * params.out_blocks + block;
  return mat4x4f(vec4f(weight[at]), vec4f(weight[at + params.out_blocks]), vec4f(weight[at + 2u * params.out_blocks]), vec4f(weight[at + 3u * params.out_blocks]));
}

// Where a pixel of the result lies: a transposed convolution writes each of its phases between the rows and columns of the others.
fn place(pixel: u32, layer: u32) -> u32 {
  if (params.row_step == params.out_width) { return pixel + layer * params.picture_step; }
  let row = pixel / params.out_width;
  let picture = row / params.out_height * params.picture_step;
  return params.first_pixel + picture + row % params.out_height * params.row_step + pixel % params.out_width * params.column_step;
}

fn store(pixel: u32, block: u32, layer: u32, sum: vec4f) {
  var value = sum;
  if (params.residual == 1u) { value += vec4f(residual[pixel * params.residual_stride + params.residual_offset + block]); }
  if (params.activation >= RELU) { value = select(value, vec4f(), value < vec4f()); }
  if (params.activation == RELU6) { value = select(value, vec4f(6.0), value > vec4f(6.0)); }
  y[place(pixel, layer) * params.y_stride + params.y_offset + block] = Value(value);
}

@compute @workgroup_size(8)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let layer = wid.z / params.folds;
  let pixel = (wid.x + wid.z % params.folds * groups.x) * 16u;
  let block = wid.y * 16u + lane;
  // Lanes beyond the last channels repeat it, since every lane must reach the broadcasts; their sums are not stored.
  let column = min(block, params.out_blocks - 1u);
  let next = min(block + 8u, params.out_blocks - 1u);
  let batch = layer / params.parts;
  let first_channel = layer % params.parts * params.part_blocks;
  let end_channel = min(first_channel + params.part_blocks, params.in_blocks);
  let origin0 = window(pixel + lane, batch);
  let origin1 = window(pixel + lane + 8u, batch);
  let left_bias = select(vec4f(), vec4f(bias[column]), params.biased == 1u);
  let right_bias = select(vec4f(), vec4f(bias[next]), params.biased == 1u);
  var a0 = left_bias; var a1 = left_bias; var a2 = left_bias; var a3 = left_bias;
  var a4 = left_bias; var a5 = left_bias; var a6 = left_bias; var a7 = left_bias;
  var a8 = left_bias; var a9 = left_bias; var a10 = left_bias; var a11 = left_bias;
  var a12 = left_bias; var a13 = left_bias; var a14 = left_bias; var a15 = left_bias;
  var b0 = right_bias; var b1 = right_bias; var b2 = right_bias; var b3 = right_bias;
  var b4 = right_bias; var b5 = right_bias; var b6 = right_bias; var b7 = right_bias;
  var b8 = right_bias; var b9 = right_bias; var b10 = right_bias; var b11 = right_bias;
  var b12 = right_bias; var b13 = right_bias; var b14 = right_bias; var b15 = right_bias;
  let first_row = (batch * params.kernel_height * params.kernel_width * params.in_blocks + first_channel) * 4u;
  for (var tap_y = 0u; tap_y < params.kernel_height; tap_y++) {
    for (var tap_x = 0u; tap_x < params.kernel_width; tap_x++) {
      var filter_row = first_row + u32(params.first_filter + i32(tap_y) * params.filter_step_y + i32(tap_x) * params.filter_step_x);
      let at0 = address(origin0, tap_y, tap_x);
      let at1 = address(origin1, tap_y, tap_x);
      for (var channel = first_channel; channel < end_channel; channel++) {
        let x0 = load(at0, channel);
        let x1 = load(at1, channel);
        let left = weights(filter_row, column);
        let right = weights(filter_row, next);
        let r0 = subgroupBroadcast(x0, 0u); a0 += left * r0; b0 += right * r0;
        let r1 = subgroupBroadcast(x0, 1u); a1 += left * r1; b1 += right * r1;
        let r2 = subgroupBroadcast(x0, 2u); a2 += left * r2; b2 += right * r2;
        let r3 = subgroupBroadcast(x0, 3u); a3 += left * r3; b3 += right * r3;
        let r4 = subgroupBroadcast(x0, 4u); a4 += left * r4; b4 += right * r4;
        let r5 = subgroupBroadcast(x0, 5u); a5 += left * r5; b5 += right * r5;
        let r6 = subgroupBroadcast(x0, 6u); a6 += left * r6; b6 += right * r6;
        let r7 = subgroupBroadcast(x0, 7u); a7 += left * r7; b7 += right * r7;
        let r8 = subgroupBroadcast(x1, 0u); a8 += left * r8; b8 += right * r8;
        let r9 = subgroupBroadcast(x1, 1u); a9 += left * r9; b9 += right * r9;
        let r10 = subgroupBroadcast(x1, 2u); a10 += left * r10; b10 += right * r10;
        let r11 = subgroupBroadcast(x1, 3u); a11 += left * r11; b11 += right * r11;
        let r12 = subgroupBroadcast(x1, 4u); a12 += left * r12; b12 += right * r12;
        let r13 = subgroupBroadcast(x1, 5u); a13 += left * r13; b13 += right * r13;
        let r14 = subgroupBroadcast(x1, 6u); a14 += left * r14; b14 += right * r14;
        let r15 = subgroupBroadcast(x1, 7u); a15 += left * r15; b15 += right * r15;
        filter_row += 4u;
      }
    }
  }
  // Stored in a loop that compilers do not unroll: thirty-two copies of a guarded store take them longer than all the rest.
  let left_sums = array<vec4f, 16>(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15);
  let right_sums = array<vec4f, 16>(b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15);
  let rows = min(16u, params.pixels - min(pixel, params.pixels));
  for (var row = 0u; row < rows; row++) {
    if (block < params.out_blocks) { store(pixel + row, block, layer, left_sums[row]); }
    if (block + 8u < params.out_blocks) { store(pixel + row, block + 8u, layer, right_sums[row]); }
  }
}
