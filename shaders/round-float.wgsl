// y = x rounded to a floating-point format of fewer bits, ties to even; the value stays an f32
//
// The format's step at x is 2^(exponent − mantissa bits), never below that of its least normal number. What exceeds its largest value
// becomes `overflow` with x's sign: an infinity, a NaN or the largest value again. What NaN becomes is said too. One invocation rounds one vector of four channels; pad
// lanes stay zero.

struct Params {
  size: u32, channels: u32, blocks: u32,
  mantissa_bits: i32, least_exponent: i32, largest: f32, overflow_bits: u32, infinity_bits: u32, nan_bits: u32, negative_zero: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

// 2^e for −126 ≤ e ≤ 127
fn power_of_two(e: i32) -> f32 { return bitcast<f32>(u32(e + 127) << 23u); }

fn rounded(v: f32) -> f32 {
  let bits = bitcast<u32>(v);
  let magnitude = bits & 0x7fffffffu;
  let sign_bit = bits & 0x80000000u;
  if (magnitude > 0x7f800000u) { return bitcast<f32>(params.nan_bits); }
  if (magnitude == 0x7f800000u) { return bitcast<f32>(params.infinity_bits | sign_bit); }
  let e = max(i32(magnitude >> 23u) - 127, params.least_exponent);
  // Scaling by two factors: one alone might not be a normal number.
  let down = power_of_two((params.mantissa_bits - e) / 2);
  let rest = power_of_two(params.mantissa_bits - e - (params.mantissa_bits - e) / 2);
  let whole = round(bitcast<f32>(magnitude) * down * rest) / down / rest;
  if (whole > params.largest) { return bitcast<f32>(params.overflow_bits | sign_bit); }
  if (whole == 0.0 && params.negative_zero == 0u) { return 0.0; }
  return bitcast<f32>(bitcast<u32>(whole) | sign_bit);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let v = vec4f(x[index]);
  let lane = index % params.blocks * 4u + vec4u(0u, 1u, 2u, 3u);
  y[index] = Value(select(vec4f(), vec4f(rounded(v.x), rounded(v.y), rounded(v.z), rounded(v.w)), lane < vec4u(params.channels)));
}
