// y[n, c] = mean over h, w of x[n, c, h, w]
//
// One invocation averages four channels of one picture: each row first, then the rows, so the sum's order is fixed and rounding grows
// with height + width instead of their product.

struct Params { size: u32, blocks: u32, height: u32, width: u32, x_stride: u32, x_offset: u32 }

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let n = index / params.blocks;
  var sum = vec4f();
  for (var row = 0u; row < params.height; row++) {
    let start = (n * params.height + row) * params.width;
    var row_sum = vec4f();
    for (var column = 0u; column < params.width; column++) {
      row_sum += vec4f(x[(start + column) * params.x_stride + params.x_offset + block]);
    }
    sum += row_sum;
  }
  y[index] = Value(sum / f32(params.height * params.width));
}
