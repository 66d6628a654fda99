// y[t, i, o] = weight[o, i, tap t]   for a convolution's weight       (entry point `conv`)
// y[t, i, o] = weight[i, o, tap t]   for a transposed convolution's   (entry point `conv_transpose`)
//
// Filters as the convolution kernels read them: output channels in vectors, input channels padded with zero rows to a multiple of four.
// A dilation above 1 spreads the taps over a larger kernel of zeros; `reversed` takes the last tap first. One invocation writes one vector.

struct Params {
  size: u32, outputs: u32, out_blocks: u32, inputs: u32, in_rows: u32,
  kernel_height: u32, kernel_width: u32, spread_width: u32, dilation_y: u32, dilation_x: u32,
  reversed: u32,
}

alias Value = vec4f;
alias Scalar = f32;

@group(0) @binding(0) var<storage, read> weight: array<Scalar>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

// The weight's storage is [axis 0][tap][ceil4(axis 1)].
fn element(first: u32, tap: u32, second: u32, seconds: u32) -> f32 {
  return f32(weight[(first * params.kernel_height * params.kernel_width + tap) * ((seconds + 3u) / 4u * 4u) + second]);
}

fn conv_element(output: u32, tap: u32, input: u32) -> f32 {
  if (output >= params.outputs) { return 0.0; }
  return element(output, tap, input, params.inputs);
}

fn conv_transpose_element(output: u32, tap: u32, input: u32) -> f32 {
  if (output >= params.outputs) { return 0.0; }
  return element(input, tap, output, params.outputs);
}

// Output block, input row and tap of a vector; the tap is past the kernel where the dilation leaves a zero.
fn place(index: u32) -> vec3u {
  let rest = index / params.out_blocks;
  let spread = rest / params.in_rows;
  let row = spread / params.spread_width;
  let column = spread % params.spread_width;
  let taps = params.kernel_height * params.kernel_width;
  let tap = row / params.dilation_y * params.kernel_width + column / params.dilation_x;
  let on_tap = row % params.dilation_y == 0u && column % params.dilation_x == 0u;
  let source = select(tap, taps - 1u - tap, params.reversed != 0u);
  return vec3u(index % params.out_blocks * 4u, rest % params.in_rows, select(taps, source, on_tap));
}

fn is_zero(at: vec3u) -> bool {
  return at.y >= params.inputs || at.z >= params.kernel_height * params.kernel_width;
}

@compute @workgroup_size(64)
fn conv(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let at = place(index);
  var value = vec4f();
  if (!is_zero(at)) {
    value = vec4f(
      conv_element(at.x, at.z, at.y), conv_element(at.x + 1u, at.z, at.y),
      conv_element(at.x + 2u, at.z, at.y), conv_element(at.x + 3u, at.z, at.y),
    );
  }
  y[index] = Value(value);
}

@compute @workgroup_size(64)
fn conv_transpose(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let at = place(index);
  var value = vec4f();
  if (!is_zero(at)) {
    value = vec4f(
      conv_transpose_element(at.x, at.z, at.y), conv_transpose_element(at.x + 1u, at.z, at.y),
      conv_transpose_element(at.x + 2u, at.z, at.y), conv_transpose_element(at.x + 3u, at.z, at.y),
    );
  }
  y[index] = Value(value);
}
