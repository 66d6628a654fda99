// u[α, i, o] = (G g Gᵀ)[α] for the 3 × 3 filter g from input i to output o      (entry points `f43`: 36 values of α, `f23`: 16)
//
// The filter side of Winograd convolution; see winograd-input.wgsl. One invocation transforms the filters from one input channel to four
// output channels. Rows of inputs past the last are zero.

struct Params { size: u32, outputs: u32, out_blocks: u32, inputs: u32 }

alias Value = vec4f;
alias Scalar = f32;

@group(0) @binding(0) var<storage, read> weight: array<Scalar>;
@group(0) @binding(1) var<storage, read_write> u: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

const SQRT2 = 1.4142135623730951;
const SQRT_HALF = 0.7071067811865476;

struct Six { a: vec4f, b: vec4f, c: vec4f, d: vec4f, e: vec4f, f: vec4f }
struct Four { a: vec4f, b: vec4f, c: vec4f, d: vec4f }

// G of F(4,3)
fn six(g0: vec4f, g1: vec4f, g2: vec4f) -> Six {
  let even_half = -(2.0 * g0 + g2) / 3.0;
  let odd_half = -2.0 * SQRT_HALF / 3.0 * g1;
  let even_two = g0 / 6.0 + g2 / 3.0;
  let odd_two = SQRT2 / 6.0 * g1;
  return Six(g0, even_half + odd_half, even_half - odd_half, even_two + odd_two, even_two - odd_two, g2);
}

// G of F(2,3)
fn four(g0: vec4f, g1: vec4f, g2: vec4f) -> Four {
  let even = 0.5 * (g0 + g2);
  return Four(g0, even + 0.5 * g1, even - 0.5 * g1, g2);
}

// The weight's storage is [out][tap][ceil4(in)].
fn element(output: u32, tap: u32, input: u32) -> f32 {
  if (output >= params.outputs || input >= params.inputs) { return 0.0; }
  return f32(weight[(output * 9u + tap) * ((params.inputs + 3u) / 4u * 4u) + input]);
}

fn load(tap: u32, output: u32, input: u32) -> vec4f {
  return vec4f(element(output, tap, input), element(output + 1u, tap, input), element(output + 2u, tap, input), element(output + 3u, tap, input));
}

fn store_six(alpha: u32, at: u32, s: Six) {
  let first = alpha * params.size + at;
  u[first] = Value(s.a);
  u[first + params.size] = Value(s.b);
  u[first + 2u * params.size] = Value(s.c);
  u[first + 3u * params.size] = Value(s.d);
  u[first + 4u * params.size] = Value(s.e);
  u[first + 5u * params.size] = Value(s.f);
}

fn store_four(alpha: u32, at: u32, s: Four) {
  let first = alpha * params.size + at;
  u[first] = Value(s.a);
  u[first + params.size] = Value(s.b);
  u[first + 2u * params.size] = Value(s.c);
  u[first + 3u * params.size] = Value(s.d);
}

@compute @workgroup_size(64)
fn f43(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let output = index % params.out_blocks * 4u;
  let input = index / params.out_blocks;
  let c0 = six(load(0u, output, input), load(3u, output, input), load(6u, output, input));
  let c1 = six(load(1u, output, input), load(4u, output, input), load(7u, output, input));
  let c2 = six(load(2u, output, input), load(5u, output, input), load(8u, output, input));
  store_six(0u, index, six(c0.a, c1.a, c2.a));
  store_six(6u, index, six(c0.b, c1.b, c2.b));
  store_six(12u, index, six(c0.c, c1.c, c2.c));
  store_six(18u, index, six(c0.d, c1.d, c2.d));
  store_six(24u, index, six(c0.e, c1.e, c2.e));
  store_six(30u, index, six(c0.f, c1.f, c2.f));
}

@compute @workgroup_size(64)
fn f23(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let output = index % params.out_blocks * 4u;
  let input = index / params.out_blocks;
  let c0 = four(load(0u, output, input), load(3u, output, input), load(6u, output, input));
  let c1 = four(load(1u, output, input), load(4u, output, input), load(7u, output, input));
  let c2 = four(load(2u, output, input), load(5u, output, input), load(8u, output, input));
  store_four(0u, index, four(c0.a, c1.a, c2.a));
  store_four(4u, index, four(c0.b, c1.b, c2.b));
  store_four(8u, index, four(c0.c, c1.c, c2.c));
  store_four(12u, index, four(c0.d, c1.d, c2.d));
}
