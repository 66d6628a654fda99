// partials[part, m, n] = Σ over k of a[m, first + k] · b[first + k, n], for the rows of b that are bound
//
// A product by a matrix of more rows than the adapter binds at once: each launch sums over as many as it does, and sum-parts.wgsl adds up.
// One invocation computes one vector of n for up to 4 rows of a: 4 rows of b and 4 of a feed 64 multiply–adds a step.

struct Params { size: u32, rows: u32, depth: u32, a_blocks: u32, first_block: u32, blocks: u32, part: u32 }

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> a: array<Value>;
@group(0) @binding(1) var<storage, read> b: array<Value>;
@group(0) @binding(2) var<storage, read_write> partials: array<Value>;
@group(0) @binding(3) var<uniform> params: Params;

fn store(row: u32, block: u32, sum: vec4f) {
  if (row < params.rows) { partials[(params.part * params.rows + row) * params.blocks + block] = Value(sum); }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let row = index / params.blocks * 4u;
  let a0 = row * params.a_blocks + params.first_block;
  let a1 = min(row + 1u, params.rows - 1u) * params.a_blocks + params.first_block;
  let a2 = min(row + 2u, params.rows - 1u) * params.a_blocks + params.first_block;
  let a3 = min(row + 3u, params.rows - 1u) * params.a_blocks + params.first_block;
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  for (var k = 0u; k < params.depth; k += 4u) {
    // Rows of b past the last are repeats of it: they meet zeros in the pad lanes of a.
    let at = min(k + vec4u(0u, 1u, 2u, 3u), vec4u(params.depth - 1u)) * params.blocks + block;
    let rows = mat4x4f(vec4f(b[at.x]), vec4f(b[at.y]), vec4f(b[at.z]), vec4f(b[at.w]));
    sum0 += rows * vec4f(a[a0 + k / 4u]);
    sum1 += rows * vec4f(a[a1 + k / 4u]);
    sum2 += rows * vec4f(a[a2 + k / 4u]);
    sum3 += rows * vec4f(a[a3 + k / 4u]);
  }
  store(row, block, sum0);
  store(row + 1u, block, sum1);
  store(row + 2u, block, sum2);
  store(row + 3u, block, sum3);
}
