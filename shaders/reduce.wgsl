// y = one number for all of x's elements along some axes: their sum, largest, smallest or product, of each element put through a function
//
// One invocation computes four channels of the result, each by a walk over up to four axes in a fixed order; the innermost axis is summed by
// itself, so that rounding grows with the lengths of the axes and not with their product. Pad lanes are zero.

struct Params {
  size: u32, channels: u32, blocks: u32, d0: u32, d1: u32, d2: u32, d3: u32, d4: u32, d5: u32,
  x_start: i32, x_n: i32, x_c: i32, x_0: i32, x_1: i32, x_2: i32, x_3: i32, x_4: i32, x_5: i32,
  r0: u32, r1: u32, r2: u32, r3: u32, r0_stride: i32, r1_stride: i32, r2_stride: i32, r3_stride: i32,
  combine: u32, before: u32, after: u32, factor: f32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

// params.combine: 0 sum, 1 largest, 2 smallest, 3 product
// params.before, what each element is put through first: 0 nothing, 1 |x|, 2 x², 3 e^(x − largest)
// params.after, what the result is put through: 0 a factor, 1 √, 2 ln

// Below and above every finite f32; from a variable, since a constant expression may not be infinite.
fn infinity(sign_bit: u32) -> f32 {
  var bits = 0x7f800000u;
  return bitcast<f32>(bits | sign_bit);
}

fn is_nan(v: f32) -> bool { return (bitcast<u32>(v) & 0x7fffffffu) > 0x7f800000u; }

fn combined(a: f32, b: f32, operation: u32) -> f32 {
  switch (operation) {
    case 1u: { return select(select(a, b, b > a), a + b, is_nan(a) || is_nan(b)); }
    case 2u: { return select(select(a, b, b < a), a + b, is_nan(a) || is_nan(b)); }
    case 3u: { return a * b; }
    default: { return a + b; }
  }
}

fn neutral(operation: u32) -> f32 {
  switch (operation) {
    case 1u: { return infinity(0x80000000u); }
    case 2u: { return infinity(0u); }
    case 3u: { return 1.0; }
    default: { return 0.0; }
  }
}

fn before(v: f32, function: u32, largest: f32) -> f32 {
  switch (function) {
    case 1u: { return abs(v); }
    case 2u: { return v * v; }
    case 3u: { return exp(v - largest); }
    default: { return v; }
  }
}

fn walk(start: i32, operation: u32, function: u32, largest: f32) -> f32 {
  var total = neutral(operation);
  for (var i0 = 0u; i0 < params.r0; i0++) {
    for (var i1 = 0u; i1 < params.r1; i1++) {
      for (var i2 = 0u; i2 < params.r2; i2++) {
        var row = neutral(operation);
        var at = start + i32(i0) * params.r0_stride + i32(i1) * params.r1_stride + i32(i2) * params.r2_stride;
        for (var i3 = 0u; i3 < params.r3; i3++) {
          row = combined(row, before(f32(x[u32(at) / 4u][u32(at) % 4u]), function, largest), operation);
          at += params.r3_stride;
        }
        total = combined(total, row, operation);
      }
    }
  }
  return total;
}

// ln v by the builtin would be off by 2⁻²¹ absolutely, which is much near ln 1.
fn logarithm(v: f32) -> f32 {
  let t = v - 1.0;
  if (abs(t) > 0.25) { return log(v); }
  let s = t / (2.0 + t);
  let q = s * s;
  return 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (0.2 + q / 7.0)));
}

fn reduced(start: i32, channel: u32) -> f32 {
  if (channel >= params.channels) { return 0.0; }
  let first = start + i32(channel) * params.x_c;
  if (params.before == 3u) {
    let found = walk(first, 1u, 0u, 0.0);
    let largest = select(found, 0.0, abs(found) == infinity(0u));
    return largest + logarithm(walk(first, 0u, 3u, largest));
  }
  let total = walk(first, params.combine, params.before, 0.0);
  switch (params.after) {
    case 1u: { return sqrt(total); }
    case 2u: { return logarithm(total); }
    default: { return total * params.factor; }
  }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let channel = index % params.blocks * 4u;
  let p5 = index / params.blocks;
  let p4 = p5 / params.d5;
  let p3 = p4 / params.d4;
  let p2 = p3 / params.d3;
  let p1 = p2 / params.d2;
  let p0 = p1 / params.d1;
  let n = p0 / params.d0;
  let start = params.x_start + i32(n) * params.x_n + i32(p0 % params.d0) * params.x_0 + i32(p1 % params.d1) * params.x_1
    + i32(p2 % params.d2) * params.x_2 + i32(p3 % params.d3) * params.x_3 + i32(p4 % params.d4) * params.x_4 + i32(p5 % params.d5) * params.x_5;
  y[index] = Value(vec4f(reduced(start, channel), reduced(start, channel + 1u), reduced(start, channel + 2u), reduced(start, channel + 3u)));
}
