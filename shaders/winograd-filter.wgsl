// u[α, i, o] = (G g Gᵀ)[α] for the 3 × 3 filter g from input i to output o      (entry points `f43`: 36 values of α, `f23`: 16)
//
// The filter side of Winograd convolution; see winograd-input.wgsl. One invocation transforms the filters from one input channel to four
// output channels, row by row of the result. Rows of inputs past the last are zero.

// `taps` is 9 and `rows` 6 or 4: constant bounds would be unrolled, which takes compilers ten times as long.
struct Params {
  size: u32, outputs: u32, out_blocks: u32, inputs: u32, taps: u32, rows: u32,
  output_step: u32, input_step: u32, tap_step: i32, first_tap: u32,
}

alias Value = vec4f;
alias Scalar = f32;

@group(0) @binding(0) var<storage, read> weight: array<Scalar>;
@group(0) @binding(1) var<storage, read_write> u: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

const SQRT2 = 1.4142135623730951;
const SQRT_HALF = 0.7071067811865476;

const G43 = array<vec3f, 6>(
  vec3f(1.0, 0.0, 0.0),
  vec3f(-2.0, -2.0 * SQRT_HALF, -1.0) / 3.0, vec3f(-2.0, 2.0 * SQRT_HALF, -1.0) / 3.0,
  vec3f(1.0, SQRT2, 2.0) / 6.0, vec3f(1.0, -SQRT2, 2.0) / 6.0,
  vec3f(0.0, 0.0, 1.0),
);

const G23 = array<vec3f, 4>(vec3f(1.0, 0.0, 0.0), vec3f(0.5), vec3f(0.5, -0.5, 0.5), vec3f(0.0, 0.0, 1.0));

// Along one axis, a row of G times the three values of a filter.
fn dot3(row: vec3f, g0: vec4f, g1: vec4f, g2: vec4f) -> vec4f {
  return row.x * g0 + row.y * g1 + row.z * g2;
}

// The weight's storage is [out][tap][ceil4(in)], or with its last tap first [in][tap][ceil4(out)].
fn element(output: u32, tap: u32, input: u32) -> f32 {
  if (output >= params.outputs || input >= params.inputs) { return 0.0; }
  let at = output * params.output_step + input * params.input_step + params.first_tap;
  return f32(weight[u32(i32(at) + i32(tap) * params.tap_step)]);
}

fn load(tap: u32, output: u32, input: u32) -> vec4f {
  return vec4f(element(output, tap, input), element(output + 1u, tap, input), element(output + 2u, tap, input), element(output + 3u, tap, input));
}

fn filter_at(output: u32, input: u32) -> array<vec4f, 9> {
  var g = array<vec4f, 9>();
  for (var tap = 0u; tap < params.taps; tap++) { g[tap] = load(tap, output, input); }
  return g;
}

@compute @workgroup_size(64)
fn f43(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let g = filter_at(index % params.out_blocks * 4u, index / params.out_blocks);
  for (var i = 0u; i < params.rows; i++) {
    let row = G43[i];
    let a = dot3(row, g[0], g[3], g[6]);
    let b = dot3(row, g[1], g[4], g[7]);
    let c = dot3(row, g[2], g[5], g[8]);
    let first = i * 6u * params.size + index;
    u[first] = Value(a);
    u[first + params.size] = Value(dot3(G43[1], a, b, c));
    u[first + 2u * params.size] = Value(dot3(G43[2], a, b, c));
    u[first + 3u * params.size] = Value(dot3(G43[3], a, b, c));
    u[first + 4u * params.size] = Value(dot3(G43[4], a, b, c));
    u[first + 5u * params.size] = Value(c);
  }
}

@compute @workgroup_size(64)
fn f23(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let g = filter_at(index % params.out_blocks * 4u, index / params.out_blocks);
  for (var i = 0u; i < params.rows; i++) {
    let row = G23[i];
    let a = dot3(row, g[0], g[3], g[6]);
    let b = dot3(row, g[1], g[4], g[7]);
    let c = dot3(row, g[2], g[5], g[8]);
    let first = i * 4u * params.size + index;
    u[first] = Value(a);
    u[first + params.size] = Value(dot3(G23[1], a, b, c));
    u[first + 2u * params.size] = Value(dot3(G23[2], a, b, c));
    u[first + 3u * params.size] = Value(c);
  }
}
