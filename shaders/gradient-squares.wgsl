// sums[row] = (Σ g², how many of g are not finite, 0, 0) over each row of 64 vectors of gradients that lie end to end
//
// One invocation sums one row in order. `ranges` holds in its third element how many vectors of a row are in use, and in its first whether
// the weight changes at all: what is frozen does not count. Finite is told by the bits: compilers may assume that NaN does not occur.

struct Params { rows: u32, first_row: u32 }

@group(0) @binding(0) var<storage, read> gradient: array<vec4f>;
@group(0) @binding(1) var<storage, read> ranges: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> sums: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

fn is_not_finite(v: vec4f) -> vec4f {
  return select(vec4f(), vec4f(1.0), (bitcast<vec4u>(v) & vec4u(0x7f800000u)) == vec4u(0x7f800000u));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = gid.x + gid.y * groups.x * 64u;
  if (row >= params.rows) { return; }
  let range = ranges[params.first_row + row];
  var squares = vec4f();
  var faults = vec4f();
  for (var i = 0u; i < 64u; i++) {
    if (i >= u32(range.z) || range.x == 0.0) { break; }
    let g = gradient[row * 64u + i];
    squares += g * g;
    faults += is_not_finite(g);
  }
  sums[params.first_row + row] = vec4f(dot(squares, vec4f(1.0)), dot(faults, vec4f(1.0)), 0.0, 0.0);
}
