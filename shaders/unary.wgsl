// y = f(x), element by element: f of signs, rounding, roots and pieces of lines
//
// One invocation computes one vector of four channels; pad lanes stay zero.

struct Params { size: u32, channels: u32, blocks: u32, kind: u32, alpha: f32, beta: f32 }

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

// params.kind: 0 |x|, 1 −x, 2 ⌊x⌋, 3 ⌈x⌉, 4 nearest whole number, ties to even, 5 toward 0, 6 sign, 7 √x, 8 1/x, 9 x is 0, 10 x is not 0,
// 11 x is NaN, 12 x is infinite (alpha: −∞ counts, beta: +∞ counts), 13 kept within alpha … beta, 14 0 up to alpha, 15 x / (1 + |x|),
// 16 alpha · x + beta kept within 0 … 1, 17 shrunk towards 0: x ± beta past ±alpha, else 0, 18 x²
// A param and no override: a pipeline costs a software adapter more to compile than a branch that all invocations take alike.

// Bits and not comparisons, which compilers may take to be free of NaNs.
fn magnitude_bits(v: f32) -> u32 { return bitcast<u32>(v) & 0x7fffffffu; }

fn bounded(v: f32, low: f32, high: f32) -> f32 {
  let raised = select(v, low, v < low);
  return select(raised, high, raised > high);
}

fn truth(value: bool) -> f32 { return select(0.0, 1.0, value); }

fn f(v: f32) -> f32 {
  switch (params.kind) {
    case 1u: { return -v; }
    case 2u: { return floor(v); }
    case 3u: { return ceil(v); }
    case 4u: { return round(v); }
    case 5u: { return trunc(v); }
    case 6u: { return select(select(0.0, 1.0, v > 0.0), -1.0, v < 0.0); }
    case 7u: { return sqrt(v); }
    case 8u: { return 1.0 / v; }
    case 9u: { return truth(v == 0.0); }
    case 10u: { return truth(magnitude_bits(v) != 0u); }
    case 11u: { return truth(magnitude_bits(v) > 0x7f800000u); }
    case 12u: { return truth(magnitude_bits(v) == 0x7f800000u && select(params.beta, params.alpha, (bitcast<u32>(v) >> 31u) == 1u) != 0.0); }
    case 13u: { return bounded(v, params.alpha, params.beta); }
    case 14u: { return select(0.0, v, v > params.alpha); }
    case 15u: { return v / (1.0 + abs(v)); }
    case 16u: { return bounded(params.alpha * v + params.beta, 0.0, 1.0); }
    case 17u: { return select(select(0.0, v - params.beta, v > params.alpha), v + params.beta, v < -params.alpha); }
    case 18u: { return v * v; }
    default: { return abs(v); }
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
