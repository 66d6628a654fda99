// y[n, o, tile's pixels] = act(Aᵀ m[·, t, o] A + bias[o] + residual)      (entry point `f43`: 4 × 4 pixels a tile; `f23`: 2 × 2)
//
// The output side of Winograd convolution; see winograd-input.wgsl. One invocation computes four channels of one tile: each column, then
// each row of the result. Tiles that hang over the edge store what lies inside.

struct Params {
  size: u32, side: u32, first_tile: u32, tiles: u32, tiles_y: u32, tiles_x: u32, blocks: u32, out_height: u32, out_width: u32,
  residual_stride: u32, residual_offset: u32, y_stride: u32, y_offset: u32,
  activation: u32, residual: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> m: array<Value>;
@group(0) @binding(1) var<storage, read> bias: array<Value>;
@group(0) @binding(2) var<storage, read> residual: array<Value>;
@group(0) @binding(3) var<storage, read_write> y: array<Value>;
@group(0) @binding(4) var<uniform> params: Params;

// Activations are comparisons and not max or clamp, which would make a number of a NaN.
const RELU = 1u;
const RELU6 = 2u;

const SQRT2 = 1.4142135623730951;
const SQRT_HALF = 0.7071067811865476;

struct Four { a: vec4f, b: vec4f, c: vec4f, d: vec4f }
struct Two { a: vec4f, b: vec4f }

// Aᵀ of F(4,3)
fn four(m0: vec4f, m1: vec4f, m2: vec4f, m3: vec4f, m4: vec4f, m5: vec4f) -> Four {
  let half_sum = m1 + m2;
  let half_difference = SQRT_HALF * (m1 - m2);
  let two_sum = m3 + m4;
  let two_difference = SQRT2 * (m3 - m4);
  return Four(
    m0 + half_sum + two_sum,
    half_difference + two_difference,
    0.5 * half_sum + 2.0 * two_sum,
    0.5 * half_difference + 2.0 * two_difference + m5,
  );
}

// Aᵀ of F(2,3)
fn two(m0: vec4f, m1: vec4f, m2: vec4f, m3: vec4f) -> Two {
  return Two(m0 + m1 + m2, m1 - m2 - m3);
}

fn load(alpha: u32, at: u32) -> vec4f {
  return vec4f(m[alpha * params.tiles * params.blocks + at]);
}

fn column_of_six(alpha: u32, at: u32) -> Four {
  return four(load(alpha, at), load(alpha + 6u, at), load(alpha + 12u, at), load(alpha + 18u, at), load(alpha + 24u, at), load(alpha + 30u, at));
}

fn column_of_four(alpha: u32, at: u32) -> Two {
  return two(load(alpha, at), load(alpha + 4u, at), load(alpha + 8u, at), load(alpha + 12u, at));
}

// Row of the batch (n · out_height) and the tile's top left pixel.
fn corner(tile: u32, side: u32) -> vec3u {
  let column = tile % params.tiles_x;
  let row = tile / params.tiles_x % params.tiles_y;
  return vec3u(tile / params.tiles_x / params.tiles_y * params.out_height, row * side, column * side);
}

fn store(pixel: u32, block: u32, sum: vec4f) {
  var value = sum;
  if (params.residual == 1u) { value += vec4f(residual[pixel * params.residual_stride + params.residual_offset + block]); }
  if (params.activation >= RELU) { value = select(value, vec4f(), value < vec4f()); }
  if (params.activation == RELU6) { value = select(value, vec4f(6.0), value > vec4f(6.0)); }
  y[pixel * params.y_stride + params.y_offset + block] = Value(value);
}

// Pixels of the tile inside the map, down and across. The loops over them are not unrolled, which keeps compilers quick.
fn inside(origin: vec3u, side: u32) -> vec2u {
  return min(vec2u(side), vec2u(params.out_height, params.out_width) - origin.yz);
}

@compute @workgroup_size(64)
fn f43(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let origin = corner(params.first_tile + index / params.blocks, 4u);
  let offset = vec4f(bias[block]);
  var columns: array<Four, 6>;
  for (var j = 0u; j < params.side; j++) { columns[j] = column_of_six(j, index); }
  let c0 = columns[0];
  let c1 = columns[1];
  let c2 = columns[2];
  let c3 = columns[3];
  let c4 = columns[4];
  let c5 = columns[5];
  let r0 = four(c0.a, c1.a, c2.a, c3.a, c4.a, c5.a);
  let r1 = four(c0.b, c1.b, c2.b, c3.b, c4.b, c5.b);
  let r2 = four(c0.c, c1.c, c2.c, c3.c, c4.c, c5.c);
  let r3 = four(c0.d, c1.d, c2.d, c3.d, c4.d, c5.d);
  let sums = array<vec4f, 16>(r0.a, r0.b, r0.c, r0.d, r1.a, r1.b, r1.c, r1.d, r2.a, r2.b, r2.c, r2.d, r3.a, r3.b, r3.c, r3.d);
  let size = inside(origin, 4u);
  for (var i = 0u; i < size.x; i++) {
    let pixel = (origin.x + origin.y + i) * params.out_width + origin.z;
    for (var j = 0u; j < size.y; j++) { store(pixel + j, block, sums[i * 4u + j] + offset); }
  }
}

@compute @workgroup_size(64)
fn f23(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let origin = corner(params.first_tile + index / params.blocks, 2u);
  let offset = vec4f(bias[block]);
  var columns: array<Two, 4>;
  for (var j = 0u; j < params.side; j++) { columns[j] = column_of_four(j, index); }
  let c0 = columns[0];
  let c1 = columns[1];
  let c2 = columns[2];
  let c3 = columns[3];
  let r0 = two(c0.a, c1.a, c2.a, c3.a);
  let r1 = two(c0.b, c1.b, c2.b, c3.b);
  let sums = array<vec4f, 4>(r0.a, r0.b, r1.a, r1.b);
  let size = inside(origin, 2u);
  for (var i = 0u; i < size.x; i++) {
    let pixel = (origin.x + origin.y + i) * params.out_width + origin.z;
    for (var j = 0u; j < size.y; j++) { store(pixel + j, block, sums[i * 2u + j] + offset); }
  }
}
