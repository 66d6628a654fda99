// y[n, c] = x[n, c] / |x[n]|; a row of zeros becomes the unit vector along channel `mark`, which is past the channels of x.
//
// Rows are divided by their largest magnitude before they are squared, so that neither long nor short ones overflow or vanish.
// One invocation computes one row.

struct Params { rows: u32, blocks: u32, y_blocks: u32, mark: u32 }

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

// The smallest normal f32. What is below may count as zero or not, from adapter to adapter, so here it always does.
const SMALLEST = 1.17549435e-38;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let row = gid.x + gid.y * grid.x * 64u;
  if (row >= params.rows) { return; }
  let start = row * params.blocks;
  var most = vec4f();
  for (var i = 0u; i < params.blocks; i++) { most = max(most, abs(vec4f(x[start + i]))); }
  let largest = max(max(most.x, most.y), max(most.z, most.w));
  let is_zero = largest < SMALLEST;
  let divisor = select(largest, 1.0, is_zero);
  var squares = vec4f();
  for (var i = 0u; i < params.blocks; i++) {
    let value = vec4f(x[start + i]) / divisor;
    squares += value * value;
  }
  let length = select(sqrt((squares.x + squares.y) + (squares.z + squares.w)), 1.0, is_zero);
  for (var i = 0u; i < params.y_blocks; i++) {
    let value = vec4f(x[start + min(i, params.blocks - 1u)]) / divisor / length;
    let inside = select(vec4f(), value, i < params.blocks);
    let is_mark = i * 4u + vec4u(0u, 1u, 2u, 3u) == vec4u(params.mark);
    y[row * params.y_blocks + i] = Value(select(inside, vec4f(1.0), is_mark & vec4<bool>(is_zero)));
  }
}
