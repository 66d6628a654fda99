// v[α, t, c] = (Bᵀ d B)[α] for the input tile d of output tile t, zero-padded      (entry point `f43`: 6 × 6 tiles, 36 values of α;
//                                                                               `f23`: 4 × 4 tiles, 16)
//
// The input side of Winograd convolution (Lavin and Gray, 2016). F(4,3) uses the points 0, ±√½, ±√2, ∞, which round less than
// 0, ±1, ±2, ∞. One invocation transforms four channels of one tile: each column, then each row of the result.

struct Params {
  size: u32, side: u32, first_tile: u32, tiles: u32, tiles_y: u32, tiles_x: u32, blocks: u32, in_height: u32, in_width: u32, pad_top: i32, pad_left: i32,
  x_stride: u32, x_offset: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> v: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

const SQRT2 = 1.4142135623730951;
const SQRT_HALF = 0.7071067811865476;

struct Six { a: vec4f, b: vec4f, c: vec4f, d: vec4f, e: vec4f, f: vec4f }
struct Four { a: vec4f, b: vec4f, c: vec4f, d: vec4f }

// Bᵀ of F(4,3)
fn six(d0: vec4f, d1: vec4f, d2: vec4f, d3: vec4f, d4: vec4f, d5: vec4f) -> Six {
  let even_half = d4 - 2.0 * d2;
  let odd_half = SQRT_HALF * d3 - SQRT2 * d1;
  let even_two = d4 - 0.5 * d2;
  let odd_two = SQRT2 * d3 - SQRT_HALF * d1;
  return Six(d0 - 2.5 * d2 + d4, even_half + odd_half, even_half - odd_half, even_two + odd_two, even_two - odd_two, d1 - 2.5 * d3 + d5);
}

// Bᵀ of F(2,3)
fn four(d0: vec4f, d1: vec4f, d2: vec4f, d3: vec4f) -> Four {
  return Four(d0 - d2, d1 + d2, d2 - d1, d1 - d3);
}

// Vector of the batch's first pixel of the tile's picture, and the tile's top left corner.
fn corner(tile: u32, side: i32) -> vec3i {
  let column = tile % params.tiles_x;
  let row = tile / params.tiles_x % params.tiles_y;
  let n = tile / params.tiles_x / params.tiles_y;
  return vec3i(i32(n * params.in_height * params.in_width), i32(row) * side - params.pad_top, i32(column) * side - params.pad_left);
}

fn load(origin: vec3i, i: i32, j: i32, block: u32) -> vec4f {
  let place = origin.yz + vec2i(i, j);
  let clamped = clamp(place, vec2i(), vec2i(i32(params.in_height), i32(params.in_width)) - 1);
  let pixel = u32(origin.x + clamped.x * i32(params.in_width) + clamped.y);
  return select(vec4f(), vec4f(x[pixel * params.x_stride + params.x_offset + block]), all(place == clamped));
}

fn column_of_six(origin: vec3i, j: i32, block: u32) -> Six {
  return six(
    load(origin, 0, j, block), load(origin, 1, j, block), load(origin, 2, j, block),
    load(origin, 3, j, block), load(origin, 4, j, block), load(origin, 5, j, block),
  );
}

fn column_of_four(origin: vec3i, j: i32, block: u32) -> Four {
  return four(load(origin, 0, j, block), load(origin, 1, j, block), load(origin, 2, j, block), load(origin, 3, j, block));
}

@compute @workgroup_size(64)
fn f43(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let origin = corner(params.first_tile + index / params.blocks, 4);
  var columns: array<Six, 6>;
  for (var j = 0u; j < params.side; j++) { columns[j] = column_of_six(origin, i32(j), block); }
  let c0 = columns[0];
  let c1 = columns[1];
  let c2 = columns[2];
  let c3 = columns[3];
  let c4 = columns[4];
  let c5 = columns[5];
  let r0 = six(c0.a, c1.a, c2.a, c3.a, c4.a, c5.a);
  let r1 = six(c0.b, c1.b, c2.b, c3.b, c4.b, c5.b);
  let r2 = six(c0.c, c1.c, c2.c, c3.c, c4.c, c5.c);
  let r3 = six(c0.d, c1.d, c2.d, c3.d, c4.d, c5.d);
  let r4 = six(c0.e, c1.e, c2.e, c3.e, c4.e, c5.e);
  let r5 = six(c0.f, c1.f, c2.f, c3.f, c4.f, c5.f);
  let values = array<Six, 6>(r0, r1, r2, r3, r4, r5);
  // A loop that is not unrolled keeps compilers quick; its bound is always 6.
  let step = params.tiles * params.blocks;
  for (var i = 0u; i < params.side; i++) {
    let row = values[i];
    let at = i * 6u * step + index;
    v[at] = Value(row.a);
    v[at + step] = Value(row.b);
    v[at + 2u * step] = Value(row.c);
    v[at + 3u * step] = Value(row.d);
    v[at + 4u * step] = Value(row.e);
    v[at + 5u * step] = Value(row.f);
  }
}

@compute @workgroup_size(64)
fn f23(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let origin = corner(params.first_tile + index / params.blocks, 2);
  var columns: array<Four, 4>;
  for (var j = 0u; j < params.side; j++) { columns[j] = column_of_four(origin, i32(j), block); }
  let c0 = columns[0];
  let c1 = columns[1];
  let c2 = columns[2];
  let c3 = columns[3];
  let r0 = four(c0.a, c1.a, c2.a, c3.a);
  let r1 = four(c0.b, c1.b, c2.b, c3.b);
  let r2 = four(c0.c, c1.c, c2.c, c3.c);
  let r3 = four(c0.d, c1.d, c2.d, c3.d);
  let values = array<Four, 4>(r0, r1, r2, r3);
  let step = params.tiles * params.blocks;
  for (var i = 0u; i < params.side; i++) {
    let row = values[i];
    let at = i * 4u * step + index;
    v[at] = Value(row.a);
    v[at + step] = Value(row.b);
    v[at + 2u * step] = Value(row.c);
    v[at + 3u * step] = Value(row.d);
  }
}
