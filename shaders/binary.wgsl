// y = f(a, b), element by element, where an axis of size 1 repeats; what is compared gives 1 or 0
//
// One invocation computes one vector of four channels and reads each operand by strides; pad lanes are zero.

struct Params {
  operation: u32, size: u32, channels: u32, blocks: u32, d0: u32, d1: u32, d2: u32, d3: u32, d4: u32, d5: u32,
  a_start: i32, a_n: i32, a_c: i32, a_0: i32, a_1: i32, a_2: i32, a_3: i32, a_4: i32, a_5: i32,
  b_start: i32, b_n: i32, b_c: i32, b_0: i32, b_1: i32, b_2: i32, b_3: i32, b_4: i32, b_5: i32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> a: array<Value>;
@group(0) @binding(1) var<storage, read> b: array<Value>;
@group(0) @binding(2) var<storage, read_write> y: array<Value>;
@group(0) @binding(3) var<uniform> params: Params;

// params.operation: 0 add, 1 subtract, 2 multiply, 3 divide, 4 power, 5 minimum, 6 maximum, 7 remainder with the divisor's sign, 8 with the dividend's,
// 9 equal, 10 less, 11 less or equal, 12 greater, 13 greater or equal, 14 and, 15 or, 16 exclusive or, 17 a where positive, else a · b
// A param and no override: a pipeline costs a software adapter more to compile than a branch that all invocations take alike.

fn is_nan(v: f32) -> bool { return (bitcast<u32>(v) & 0x7fffffffu) > 0x7f800000u; }

// From a variable, since a constant expression may not be infinite or NaN.
fn from_bits(bits: u32) -> f32 {
  var held = bits;
  return bitcast<f32>(held);
}

// v^k for a whole k of at most 6 bits, by squaring.
fn whole_power(v: f32, k: u32) -> f32 {
  var result = 1.0;
  var square = v;
  for (var rest = k; rest > 0u; rest >>= 1u) {
    if ((rest & 1u) == 1u) { result *= square; }
    square *= square;
  }
  return result;
}

fn power(base: f32, exponent: f32) -> f32 {
  if (exponent == 0.0 || base == 1.0) { return 1.0; }
  if (is_nan(base) || is_nan(exponent)) { return base + exponent; }
  let isWhole = floor(exponent) == exponent;
  if (isWhole && abs(exponent) < 64.0) {
    let magnitude = whole_power(base, u32(abs(exponent)));
    return select(magnitude, 1.0 / magnitude, exponent < 0.0);
  }
  if (exponent == 0.5) { return sqrt(base); }
  if (base == 0.0) { return select(0.0, from_bits(0x7f800000u), exponent < 0.0); }
  if (base < 0.0 && !isWhole) { return from_bits(0x7fc00000u); }
  let isOdd = isWhole && abs(exponent) < 16777216.0 && floor(exponent * 0.5) * 2.0 != exponent;
  let magnitude = exp2(exponent * log2(abs(base)));
  return select(magnitude, -magnitude, base < 0.0 && isOdd);
}

// With the dividend's sign; dividing by an infinity leaves it as it is.
fn remainder(left: f32, right: f32) -> f32 {
  if ((bitcast<u32>(right) & 0x7fffffffu) == 0x7f800000u) { return left; }
  return left - right * trunc(left / right);
}

fn truth(value: bool) -> f32 { return select(0.0, 1.0, value); }

fn combine(left: f32, right: f32) -> f32 {
  switch (params.operation) {
    case 1u: { return left - right; }
    case 2u: { return left * right; }
    case 3u: { return left / right; }
    case 4u: { return power(left, right); }
    case 5u: { return select(select(left, right, right < left), left + right, is_nan(left) || is_nan(right)); }
    case 6u: { return select(select(left, right, right > left), left + right, is_nan(left) || is_nan(right)); }
    case 7u: {
      let rest = remainder(left, right);
      return select(rest, rest + right, rest != 0.0 && (rest < 0.0) != (right < 0.0));
    }
    case 8u: { return remainder(left, right); }
    case 9u: { return truth(left == right); }
    case 10u: { return truth(left < right); }
    case 11u: { return truth(left <= right); }
    case 12u: { return truth(left > right); }
    case 13u: { return truth(left >= right); }
    case 14u: { return truth(left != 0.0 && right != 0.0); }
    case 15u: { return truth(left != 0.0 || right != 0.0); }
    case 16u: { return truth((left != 0.0) != (right != 0.0)); }
    case 17u: { return select(left, left * right, left < 0.0); }
    default: { return left + right; }
  }
}

fn element(left: i32, right: i32, channel: u32) -> f32 {
  if (channel >= params.channels) { return 0.0; }
  let i = u32(left + i32(channel) * params.a_c);
  let j = u32(right + i32(channel) * params.b_c);
  return combine(f32(a[i / 4u][i % 4u]), f32(b[j / 4u][j % 4u]));
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
  let n = i32(p0 / params.d0);
  let low = vec3i(vec3u(p0 % params.d0, p1 % params.d1, p2 % params.d2));
  let high = vec3i(vec3u(p3 % params.d3, p4 % params.d4, p5 % params.d5));
  let left = params.a_start + n * params.a_n + low.x * params.a_0 + low.y * params.a_1 + low.z * params.a_2
    + high.x * params.a_3 + high.y * params.a_4 + high.z * params.a_5;
  let right = params.b_start + n * params.b_n + low.x * params.b_0 + low.y * params.b_1 + low.z * params.b_2
    + high.x * params.b_3 + high.y * params.b_4 + high.z * params.b_5;
  y[index] = Value(vec4f(
    element(left, right, channel), element(left, right, channel + 1u), element(left, right, channel + 2u), element(left, right, channel + 3u),
  ));
}
