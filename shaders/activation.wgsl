// y = f(x), element by element; pad lanes stay zero.
//
// One invocation computes one vector of four channels. Arguments of exp are kept within ±87, past which every f below has reached
// its limit in f32, so that no intermediate overflows.

struct Params { size: u32, channels: u32, blocks: u32, slope: f32, x_stride: u32, x_offset: u32, y_stride: u32, y_offset: u32 }

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

// 1 relu, 2 relu6, 3 leaky relu, 4 sigmoid, 5 tanh, 6 silu, 7 hard swish, 8 hard sigmoid, 9 gelu, 10 mish
override ACTIVATION = 1u;

// Comparisons and not clamp, which would make a number of a NaN.
fn bounded(v: vec4f, low: f32, high: f32) -> vec4f {
  return select(select(v, vec4f(low), v < vec4f(low)), vec4f(high), v > vec4f(high));
}

fn exponential(v: vec4f) -> vec4f {
  return exp(bounded(v, -87.0, 87.0));
}

fn sigmoid(v: vec4f) -> vec4f {
  return 1.0 / (1.0 + exponential(-v));
}

// tanh v = sign v · (1 − e^(−2|v|)) / (1 + e^(−2|v|)); below 0.1 the series, since the numerator would cancel.
fn hyperbolic_tangent(v: vec4f) -> vec4f {
  let e = exponential(-2.0 * abs(v));
  let square = v * v;
  let series = v * (1.0 - square * (1.0 / 3.0 - square * (2.0 / 15.0 - square * (17.0 / 315.0))));
  return select(sign(v) * (1.0 - e) / (1.0 + e), series, abs(v) < vec4f(0.1));
}

// Error function: the Taylor series below 1, elsewhere Abramowitz and Stegun 7.1.26 (absolute error 1.5e-7).
fn error_function(v: vec4f) -> vec4f {
  let a = abs(v);
  let square = v * v;
  let series = v * 1.1283791671 * (1.0 + square * (-0.3333333333 + square * (0.1 + square * (-0.0238095238 + square * (0.00462962963
    + square * (-0.000757575758 + square * (0.000106837607 + square * (-0.0000132275132 + square * 0.00000145891690))))))));
  let t = 1.0 / (1.0 + 0.3275911 * a);
  let poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return select(sign(v) * (1.0 - poly * exponential(-square)), series, a < vec4f(1.0));
}

// ln(1 + e^v) without overflow, and without cancellation for very negative v.
fn softplus(v: vec4f) -> vec4f {
  let e = exponential(-abs(v));
  let series = e * (1.0 - e * (0.5 - e * (1.0 / 3.0 - e * 0.25)));
  return max(v, vec4f()) + select(log(1.0 + e), series, e < vec4f(0.01));
}

fn activate(v: vec4f) -> vec4f {
  switch (ACTIVATION) {
    case 1u: { return select(v, vec4f(), v < vec4f()); }
    case 2u: { return bounded(v, 0.0, 6.0); }
    case 3u: { return select(params.slope * v, v, v > vec4f()); }
    case 4u: { return sigmoid(v); }
    case 5u: { return hyperbolic_tangent(v); }
    case 6u: { return v * sigmoid(v); }
    case 7u: { return v * bounded(v + 3.0, 0.0, 6.0) / 6.0; }
    case 8u: { return bounded(v + 3.0, 0.0, 6.0) / 6.0; }
    case 9u: { return 0.5 * v * (1.0 + error_function(v * 0.7071067812)); }
    case 10u: { return v * hyperbolic_tangent(softplus(v)); }
    default: { return v; }
  }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let pixel = index / params.blocks;
  let value = activate(vec4f(x[pixel * params.x_stride + params.x_offset + block]));
  let lane = block * 4u + vec4u(0u, 1u, 2u, 3u);
  y[pixel * params.y_stride + params.y_offset + block] = Value(select(vec4f(), value, lane < vec4u(params.channels)));
}
