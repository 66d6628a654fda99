// y = f(x), element by element: trigonometric functions and their inverses, to a few units in the last place
//
// WGSL's own may be off by 2⁻¹¹ and say nothing past ±π: these are the polynomials of Moshier's Cephes (1992), single precision.
// Arguments are reduced by multiples of π/2 in three parts, which serves up to about 8000. One invocation computes one vector of four
// channels; pad lanes stay zero.

struct Params { size: u32, channels: u32, blocks: u32, kind: u32, alpha: f32, beta: f32 }

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

// params.kind: 0 sin, 1 cos, 2 tan, 3 asin, 4 acos, 5 atan
// A param and no override: a pipeline costs a software adapter more to compile than a branch that all invocations take alike.

const HALF_PI = 1.5707963268;

// sin r and cos r for |r| ≤ π/4.
fn sine_near_zero(r: f32) -> f32 {
  let q = r * r;
  return r + r * q * (-1.6666654611e-1 + q * (8.3321608736e-3 - q * 1.9515295891e-4));
}

fn cosine_near_zero(r: f32) -> f32 {
  let q = r * r;
  return 1.0 - 0.5 * q + q * q * (4.166664568298827e-2 + q * (-1.388731625493765e-3 + q * 2.443315711809948e-5));
}

// sin(v + shift · π/2)
fn sine(v: f32, shift: i32) -> f32 {
  let turns = round(v * 0.6366197724);
  let r = ((v - turns * 1.5703125) - turns * 4.837512969970703125e-4) - turns * 7.549789948768648e-8;
  let quadrant = (i32(turns) + shift) & 3;
  let value = select(sine_near_zero(r), cosine_near_zero(r), (quadrant & 1) == 1);
  return select(value, -value, quadrant >= 2);
}

fn arcsine_near_zero(v: f32) -> f32 {
  let q = v * v;
  return v + v * q * (1.6666752422e-1 + q * (7.4953002686e-2 + q * (4.5470025998e-2 + q * (2.4181311049e-2 + q * 4.2163199048e-2))));
}

fn arcsine(v: f32) -> f32 {
  let a = abs(v);
  if (a <= 0.5) { return arcsine_near_zero(v); }
  return sign(v) * (HALF_PI - 2.0 * arcsine_near_zero(sqrt(0.5 * (1.0 - a))));
}

// Near 1 and −1 without the cancellation of π/2 − asin v.
fn arccosine(v: f32) -> f32 {
  if (v > 0.5) { return 2.0 * arcsine_near_zero(sqrt(0.5 * (1.0 - v))); }
  if (v < -0.5) { return 2.0 * HALF_PI - 2.0 * arcsine_near_zero(sqrt(0.5 * (1.0 + v))); }
  return HALF_PI - arcsine_near_zero(v);
}

fn arctangent(v: f32) -> f32 {
  let a = abs(v);
  var base = 0.0;
  var r = a;
  if (a > 2.414213562) {
    base = HALF_PI;
    r = -1.0 / a;
  } else if (a > 0.4142135624) {
    base = 0.5 * HALF_PI;
    r = (a - 1.0) / (a + 1.0);
  }
  let q = r * r;
  let value = base + (r + r * q * (-3.33329491539e-1 + q * (1.99777106478e-1 + q * (-1.38776856032e-1 + q * 8.05374449538e-2))));
  return select(value, -value, v < 0.0);
}

fn f(v: f32) -> f32 {
  switch (params.kind) {
    case 1u: { return sine(v, 1); }
    case 2u: { return sine(v, 0) / sine(v, 1); }
    case 3u: { return arcsine(v); }
    case 4u: { return arccosine(v); }
    case 5u: { return arctangent(v); }
    default: { return sine(v, 0); }
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
