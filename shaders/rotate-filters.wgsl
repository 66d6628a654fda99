// y[i, o, u, v] = weight[o, i, kh − 1 − u, kw − 1 − v] within each group
//
// The filters by which a convolution's gradient is convolved back to its input. Channels i and o count within their group.
// One invocation writes one vector: four outputs o of one input i and one tap.

struct Params { size: u32, taps: u32, group_inputs: u32, group_outputs: u32 }

alias Value = vec4f;
alias Scalar = f32;

@group(0) @binding(0) var<storage, read> weight: array<Scalar>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

// The weight's storage is [out][tap][ceil4(in)].
fn element(group: u32, output: u32, tap: u32, input: u32) -> f32 {
  if (output >= params.group_outputs) { return 0.0; }
  return f32(weight[((group * params.group_outputs + output) * params.taps + tap) * ((params.group_inputs + 3u) / 4u * 4u) + input]);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let blocks = (params.group_outputs + 3u) / 4u;
  let output = index % blocks * 4u;
  let tap = params.taps - 1u - index / blocks % params.taps;
  let channel = index / blocks / params.taps;
  let group = channel / params.group_inputs;
  let input = channel % params.group_inputs;
  y[index] = Value(vec4f(
    element(group, output, tap, input), element(group, output + 1u, tap, input),
    element(group, output + 2u, tap, input), element(group, output + 3u, tap, input),
  ));
}
