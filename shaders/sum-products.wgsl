// y[p, o] = act(Σ over parts s of partials[s, p, o] + bias[o] + residual[p, o])
//
// The second pass of a product that was split into parts of its input channels: adds the parts to the bias in their order, and does
// what the product kernels do to their sums where they are not split. One invocation adds one vector of each part.
// Parts are stored as values are. In f16 each is rounded as the result is, by 2⁻¹¹ of itself at most; where a part passes the largest
// f16, 65504, the result is infinite even if all parts together would not be.

struct Params {
  pixels: u32, out_height: u32, out_width: u32, out_blocks: u32, parts: u32,
  residual_stride: u32, residual_offset: u32, y_stride: u32, y_offset: u32,
  activation: u32, residual: u32, biased: u32,
  first_pixel: u32, picture_step: u32, row_step: u32, column_step: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> partials: array<Value>;
@group(0) @binding(1) var<storage, read> bias: array<Value>;
@group(0) @binding(2) var<storage, read> residual: array<Value>;
@group(0) @binding(3) var<storage, read_write> y: array<Value>;
@group(0) @binding(4) var<uniform> params: Params;

// Activations are comparisons and not max or clamp, which would make a number of a NaN.
const RELU = 1u;
const RELU6 = 2u;

// Where a pixel of the result lies: a transposed convolution writes each of its phases between the rows and columns of the others.
fn place(pixel: u32) -> u32 {
  let row = pixel / params.out_width;
  let picture = row / params.out_height * params.picture_step;
  return params.first_pixel + picture + row % params.out_height * params.row_step + pixel % params.out_width * params.column_step;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  let vectors = params.pixels * params.out_blocks;
  if (index >= vectors) { return; }
  let pixel = index / params.out_blocks;
  let block = index % params.out_blocks;
  var value = select(vec4f(), vec4f(bias[block]), params.biased == 1u);
  for (var part = 0u; part < params.parts; part++) { value += vec4f(partials[part * vectors + index]); }
  if (params.residual == 1u) { value += vec4f(residual[pixel * params.residual_stride + params.residual_offset + block]); }
  if (params.activation >= RELU) { value = select(value, vec4f(), value < vec4f()); }
  if (params.activation == RELU6) { value = select(value, vec4f(6.0), value > vec4f(6.0)); }
  y[place(pixel) * params.y_stride + params.y_offset + block] = Value(value);
}
