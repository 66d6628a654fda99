// y = f(x), element by element: f made of exponentials and logarithms, to a few units in the last place
//
// WGSL's own log, sinh and tanh may be off by 2⁻²¹ absolutely, which is everything near 0: these are series there (formulas beside each).
// One invocation computes one vector of four channels; pad lanes stay zero.

struct Params { size: u32, channels: u32, blocks: u32, kind: u32, alpha: f32, beta: f32 }

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

// params.kind: 0 eˣ, 1 ln x, 2 ln(1 + eˣ), 3 beta · (x, or alpha · (eˣ − 1) below 0), 4 sinh, 5 cosh, 6 tanh, 7 asinh, 8 acosh, 9 atanh,
// 10 error function, 11 x · Φ(x), 12 the same by tanh, 13 1 / (1 + e⁻ˣ), 14 x · tanh(ln(1 + eˣ)), 15 max(0, x) + min(0, alpha · (e^(x / alpha) − 1)),
// 16 x / (1 + e^(−alpha · x)), 17 eˣ − 1
// A param and no override: a pipeline costs a software adapter more to compile than a branch that all invocations take alike.

// From a variable, since a constant expression may not be infinite or NaN.
fn from_bits(bits: u32) -> f32 {
  var held = bits;
  return bitcast<f32>(held);
}

fn is_nan(v: f32) -> bool { return (bitcast<u32>(v) & 0x7fffffffu) > 0x7f800000u; }

// Past ±104 the result is 0 or infinite; in between the builtin is good.
fn exponential(v: f32) -> f32 {
  if (v > 88.72284) { return from_bits(0x7f800000u); }
  if (v < -104.0) { return 0.0; }
  return exp(v);
}

// eᵛ − 1: the series Σ vᵏ / k! where the difference would cancel.
fn exponential_minus_one(v: f32) -> f32 {
  if (abs(v) > 0.4) { return exponential(v) - 1.0; }
  return v * (1.0 + v * (0.5 + v * (1.0 / 6.0 + v * (1.0 / 24.0 + v * (1.0 / 120.0 + v * (1.0 / 720.0 + v / 5040.0))))));
}

// ln((1 + s) / (1 − s)) = 2 (s + s³/3 + s⁵/5 + …)
fn log_quotient(s: f32) -> f32 {
  let q = s * s;
  return 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (0.2 + q * (1.0 / 7.0 + q * (1.0 / 9.0 + q / 11.0)))));
}

// v = m · 2ᵉ with m within √½ … √2, and ln m = ln((1 + s) / (1 − s)) for s = (m − 1) / (m + 1).
fn logarithm(v: f32) -> f32 {
  if (is_nan(v) || v < 0.0) { return from_bits(0x7fc00000u); }
  if (v == 0.0) { return from_bits(0xff800000u); }
  let bits = bitcast<u32>(v);
  if (bits == 0x7f800000u) { return v; }
  let shifted = bits - 0x3f3504f3u;                       // √½ to 1
  let e = f32(bitcast<i32>(shifted) >> 23u);
  let m = bitcast<f32>((shifted & 0x007fffffu) + 0x3f3504f3u);
  return e * 0.693359375 + (log_quotient((m - 1.0) / (m + 1.0)) - e * 2.12194440e-4);
}

// ln(1 + v)
fn logarithm_plus_one(v: f32) -> f32 {
  if (abs(v) < 0.4) { return log_quotient(v / (2.0 + v)); }
  return logarithm(1.0 + v);
}

fn softplus(v: f32) -> f32 {
  if (is_nan(v)) { return v; }
  return select(0.0, v, v > 0.0) + logarithm_plus_one(exponential(-abs(v)));
}

fn hyperbolic_sine(v: f32) -> f32 {
  let a = abs(v);
  if (a < 0.5) {
    let q = v * v;
    return v * (1.0 + q * (1.0 / 6.0 + q * (1.0 / 120.0 + q * (1.0 / 5040.0))));
  }
  let half = exponential(a - 0.69314718);
  return sign(v) * (half - 0.25 / half);
}

fn hyperbolic_tangent(v: f32) -> f32 {
  if (is_nan(v)) { return v; }
  let e = exponential_minus_one(-2.0 * abs(v));
  return -sign(v) * e / (e + 2.0);
}

fn sigmoid(v: f32) -> f32 { return 1.0 / (1.0 + exponential(-v)); }

// 1 − erf a for a ≥ 0, to 1.2e-7 of itself: Chebyshev fit of Press et al. 1992, "erfcc".
fn complement(a: f32) -> f32 {
  let t = 1.0 / (1.0 + 0.5 * a);
  let fit = -1.26551223 + t * (1.00002368 + t * (0.37409196 + t * (0.09678418 + t * (-0.18628806 + t * (0.27886807
    + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277))))))));
  return t * exponential(-a * a + fit);
}

fn error_function(v: f32) -> f32 {
  let a = abs(v);
  if (a > 0.5) { return sign(v) * (1.0 - complement(a)); }
  let q = v * v;
  return v * 1.1283791671 * (1.0 + q * (-1.0 / 3.0 + q * (0.1 + q * (-1.0 / 42.0 + q * (1.0 / 216.0 - q / 1320.0)))));
}

// x · Φ(x), where Φ(x) = ½ · erfc(−x/√2) keeps its digits far below 0.
fn gelu(v: f32) -> f32 {
  let z = v * 0.7071067812;
  if (z < -0.5) { return 0.5 * v * complement(-z); }
  return 0.5 * v * (1.0 + error_function(z));
}

fn f(v: f32) -> f32 {
  switch (params.kind) {
    case 1u: { return logarithm(v); }
    case 2u: { return softplus(v); }
    case 3u: { return params.beta * select(v, params.alpha * exponential_minus_one(v), v < 0.0); }
    case 4u: { return hyperbolic_sine(v); }
    case 5u: { let half = exponential(abs(v) - 0.69314718); return half + 0.25 / half; }
    case 6u: { return hyperbolic_tangent(v); }
    case 7u: { let a = abs(v); return sign(v) * logarithm_plus_one(a + a * a / (1.0 + sqrt(1.0 + a * a))); }
    case 8u: { let t = v - 1.0; return logarithm_plus_one(t + sqrt(2.0 * t + t * t)); }
    case 9u: { let a = abs(v); return sign(v) * 0.5 * logarithm_plus_one(2.0 * a / (1.0 - a)); }
    case 10u: { return error_function(v); }
    case 11u: { return gelu(v); }
    case 12u: { return v * sigmoid(1.5957691216 * (v + 0.044715 * v * v * v)); }   // ½ (1 + tanh z) = sigmoid(2z)
    case 13u: { return sigmoid(v); }
    case 14u: { return v * hyperbolic_tangent(softplus(v)); }
    case 15u: { return select(v, params.alpha * exponential_minus_one(v / params.alpha), v < 0.0); }
    case 16u: { return v * sigmoid(params.alpha * v); }
    case 17u: { return exponential_minus_one(v); }
    // Near 0 the builtin may miss 1, and what is equal would no longer be.
    default: { return select(exponential(v), 1.0 + exponential_minus_one(v), abs(v) < 0.4); }
  }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let v = vec4f(x[index]);
  let lane = index % params.blocks * 4u + vec4u(0u, 1u, 2u, 3u);
  y[index] = Value(select(vec4f(), vec4f(f(v.x), f(v.y), f(v.z), f(v.w)), lane < vec4u(params.channels)));
}
