// y = the largest of the window's places inside x, along one axis that is not the channels
//
// Pooling over several axes is this, axis by axis. One invocation computes one vector of four channels; a NaN is larger than every number.

struct Params { size: u32, length: u32, in_length: u32, inner: u32, kernel: u32, stride: u32, dilation: u32, before: i32 }

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

// Below every finite f32: what a window holds that lies in the padding alone.
const LOWEST = -3.4028234e38;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let inner = index % params.inner;
  let place = index / params.inner % params.length;
  let outer = index / params.inner / params.length;
  var best = vec4f(LOWEST);
  for (var tap = 0u; tap < params.kernel; tap++) {
    let at = i32(place * params.stride + tap * params.dilation) - params.before;
    if (at >= 0 && at < i32(params.in_length)) {
      let value = vec4f(x[(outer * params.in_length + u32(at)) * params.inner + inner]);
      best = select(value, best, value <= best);
    }
  }
  y[index] = Value(best);
}
