// y[n, o, tile's pixels] = act(Aᵀ m[·, t, o] A + bias[o] + residual)      (entry point `f43`: 4 × 4 pixels a tile; `f23`: 2 × 2)
//
// The output side of Winograd convolution; see winograd-input.wgsl. One invocation computes four channels of one tile: each column, then
// each row of the result. Tiles that hang over the edge store what lies inside.

struct Params {
  size: u32, first_tile: u32, tiles: u32, tiles_y: u32, tiles_x: u32, blocks: u32, out_height: u32, out_width: u32,
  residual_stride: u32, residual_offset: u32, y_stride: u32, y_offset: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> m: array<Value>;
@group(0) @binding(1) var<storage, read> bias: array<Value>;
@group(0) @binding(2) var<storage, read> residual: array<Value>;
@group(0) @binding(3) var<storage, read_write> y: array<Value>;
@group(0) @binding(4) var<uniform> params: Params;

override ACTIVATION = 0u;   // 0 none, 1 relu, 2 relu6; comparisons and not max, which would make 0 of a NaN
override RESIDUAL = false;

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

fn store(origin: vec3u, i: u32, j: u32, block: u32, sum: vec4f) {
  if (origin.y + i >= params.out_height || origin.z + j >= params.out_width) { return; }
  let pixel = (origin.x + origin.y + i) * params.out_width + origin.z + j;
  var value = sum;
  if (RESIDUAL) { value += vec4f(residual[pixel * params.residual_stride + params.residual_offset + block]); }
  if (ACTIVATION >= 1u) { value = select(value, vec4f(), value < vec4f()); }
  if (ACTIVATION == 2u) { value = select(value, vec4f(6.0), value > vec4f(6.0)); }
  y[pixel * params.y_stride + params.y_offset + block] = Value(value);
}

fn store_four(origin: vec3u, i: u32, block: u32, offset: vec4f, row: Four) {
  store(origin, i, 0u, block, row.a + offset);
  store(origin, i, 1u, block, row.b + offset);
  store(origin, i, 2u, block, row.c + offset);
  store(origin, i, 3u, block, row.d + offset);
}

@compute @workgroup_size(64)
fn f43(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let origin = corner(params.first_tile + index / params.blocks, 4u);
  let offset = vec4f(bias[block]);
  let c0 = column_of_six(0u, index);
  let c1 = column_of_six(1u, index);
  let c2 = column_of_six(2u, index);
  let c3 = column_of_six(3u, index);
  let c4 = column_of_six(4u, index);
  let c5 = column_of_six(5u, index);
  store_four(origin, 0u, block, offset, four(c0.a, c1.a, c2.a, c3.a, c4.a, c5.a));
  store_four(origin, 1u, block, offset, four(c0.b, c1.b, c2.b, c3.b, c4.b, c5.b));
  store_four(origin, 2u, block, offset, four(c0.c, c1.c, c2.c, c3.c, c4.c, c5.c));
  store_four(origin, 3u, block, offset, four(c0.d, c1.d, c2.d, c3.d, c4.d, c5.d));
}

@compute @workgroup_size(64)
fn f23(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let origin = corner(params.first_tile + index / params.blocks, 2u);
  let offset = vec4f(bias[block]);
  let c0 = column_of_four(0u, index);
  let c1 = column_of_four(1u, index);
  let c2 = column_of_four(2u, index);
  let c3 = column_of_four(3u, index);
  let top = two(c0.a, c1.a, c2.a, c3.a);
  let bottom = two(c0.b, c1.b, c2.b, c3.b);
  store(origin, 0u, 0u, block, top.a + offset);
  store(origin, 0u, 1u, block, top.b + offset);
  store(origin, 1u, 0u, block, bottom.a + offset);
  store(origin, 1u, 1u, block, bottom.b + offset);
}
