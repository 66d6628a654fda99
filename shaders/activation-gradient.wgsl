// dx = dy · f′(x), element by element; pad lanes stay zero, because those of dy are.
//
// One invocation computes one vector of four channels. For relu and relu6 x is f's result and not its argument. Arguments are kept
// within bounds past which every f′ has reached its limit in f32, so that no intermediate overflows.

struct Params {
  size: u32, blocks: u32, slope: f32,
  x_stride: u32, x_offset: u32, dy_stride: u32, dy_offset: u32, y_stride: u32, y_offset: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read> dy: array<Value>;
@group(0) @binding(2) var<storage, read_write> dx: array<Value>;
@group(0) @binding(3) var<uniform> params: Params;

// 1 relu, 2 relu6, 3 leaky relu, 4 sigmoid, 5 tanh, 6 silu, 7 hard swish, 8 hard sigmoid, 9 gelu, 10 mish
override ACTIVATION = 1u;

// Comparisons and not clamp, which would make a number of a NaN.
fn bounded(v: vec4f, low: f32, high: f32) -> vec4f {
  return select(select(v, vec4f(low), v < vec4f(low)), vec4f(high), v > vec4f(high));
}

fn sigmoid(v: vec4f) -> vec4f {
  return 1.0 / (1.0 + exp(-v));
}

// sigmoid(v) · (1 − sigmoid(v)), which does not cancel as e^−|v| / (1 + e^−|v|)²; a quarter of 1 − tanh² at half the argument.
fn logistic_density(v: vec4f) -> vec4f {
  let e = exp(-abs(v));
  return e / ((1.0 + e) * (1.0 + e));
}

// `inside` between the two bounds, not on them.
fn between(v: vec4f, low: f32, high: f32, inside: vec4f) -> vec4f {
  return select(select(vec4f(), inside, v > vec4f(low)), vec4f(), v >= vec4f(high));
}

// Φ(v), the normal distribution, by the error function of v / √2: the Taylor series below 1, elsewhere Abramowitz and Stegun 7.1.26
// (absolute error 1.5e-7).
fn normal_distribution(v: vec4f) -> vec4f {
  let a = abs(v) * 0.7071067812;
  let square = a * a;
  let series = a * 1.1283791671 * (1.0 + square * (-0.3333333333 + square * (0.1 + square * (-0.0238095238 + square * (0.00462962963
    + square * (-0.000757575758 + square * (0.000106837607 + square * (-0.0000132275132 + square * 0.00000145891690))))))));
  let t = 1.0 / (1.0 + 0.3275911 * a);
  let poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  let error_function = sign(v) * select(1.0 - poly * exp(-square), series, a < vec4f(1.0));
  return 0.5 * (1.0 + error_function);
}

// Φ(v) + v · φ(v)
fn gelu_slope(v: vec4f) -> vec4f {
  return normal_distribution(v) + v * 0.3989422804 * exp(-0.5 * v * v);
}

fn silu_slope(v: vec4f) -> vec4f {
  let s = sigmoid(v);
  return s * (1.0 + v * (1.0 - s));
}

// t + v · (1 − t²) · sigmoid(v) for t = tanh(ln(1 + e^v)). With u = (1 + e^v)², t = (u − 1) / (u + 1) = e^v (e^v + 2) / (u + 1), which
// does not cancel, and 1 − t² = 4u / (u + 1)².
fn mish_slope(v: vec4f) -> vec4f {
  let e = exp(v);
  let u = (1.0 + e) * (1.0 + e);
  return e * (e + 2.0) / (u + 1.0) + v * (4.0 * u / (u + 1.0) / (u + 1.0)) * sigmoid(v);
}

fn slope(v: vec4f) -> vec4f {
  switch (ACTIVATION) {
    case 1u: { return select(vec4f(), vec4f(1.0), v > vec4f()); }
    case 2u: { return between(v, 0.0, 6.0, vec4f(1.0)); }
    case 3u: { return select(vec4f(params.slope), vec4f(1.0), v > vec4f()); }
    case 4u: { return logistic_density(bounded(v, -80.0, 80.0)); }
    case 5u: { return 4.0 * logistic_density(2.0 * bounded(v, -40.0, 40.0)); }
    case 6u: { return silu_slope(bounded(v, -80.0, 80.0)); }
    case 7u: { return select(between(v, -3.0, 3.0, v / 3.0 + 0.5), vec4f(1.0), v >= vec4f(3.0)); }
    case 8u: { return between(v, -3.0, 3.0, vec4f(1.0 / 6.0)); }
    case 9u: { return gelu_slope(bounded(v, -12.0, 12.0)); }
    case 10u: { return mish_slope(bounded(v, -80.0, 20.0)); }
    default: { return vec4f(1.0); }
  }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let pixel = index / params.blocks;
  let value = vec4f(x[pixel * params.x_stride + params.x_offset + block]);
  let incoming = vec4f(dy[pixel * params.dy_stride + params.dy_offset + block]);
  dx[pixel * params.y_stride + params.y_offset + block] = Value(incoming * slope(value));
}
