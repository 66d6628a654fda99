// y[b, r, o] = Σ over i of x[b, r, i] · weight[b, i, o]
//
// A batch of matrix products. One invocation computes 4 rows × 8 columns in registers: no subgroups, no workgroup memory.

struct Params { rows: u32, in_blocks: u32, out_blocks: u32 }

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read> weight: array<Value>;
@group(0) @binding(2) var<storage, read_write> y: array<Value>;
@group(0) @binding(3) var<uniform> params: Params;

fn weights(row: u32, block: u32) -> mat4x4f {
  let at = row * params.out_blocks + block;
  return mat4x4f(vec4f(weight[at]), vec4f(weight[at + params.out_blocks]), vec4f(weight[at + 2u * params.out_blocks]), vec4f(weight[at + 3u * params.out_blocks]));
}

fn store(batch: u32, row: u32, block: u32, sum: vec4f) {
  if (row < params.rows) { y[(batch * params.rows + row) * params.out_blocks + block] = Value(sum); }
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) gid: vec3u) {
  let row = gid.x * 4u;
  let block = gid.y * 2u;
  if (row >= params.rows || block >= params.out_blocks) { return; }
  // The second vector of an odd count repeats the first; its sum is not stored.
  let next = min(block + 1u, params.out_blocks - 1u);
  let first = gid.z * params.rows;
  let last = params.rows - 1u;
  let at0 = (first + row) * params.in_blocks;
  let at1 = (first + min(row + 1u, last)) * params.in_blocks;
  let at2 = (first + min(row + 2u, last)) * params.in_blocks;
  let at3 = (first + min(row + 3u, last)) * params.in_blocks;
  var a0 = vec4f(); var a1 = vec4f(); var a2 = vec4f(); var a3 = vec4f();
  var b0 = vec4f(); var b1 = vec4f(); var b2 = vec4f(); var b3 = vec4f();
  var filter_row = gid.z * params.in_blocks * 4u;
  for (var channel = 0u; channel < params.in_blocks; channel++) {
    let x0 = vec4f(x[at0 + channel]);
    let x1 = vec4f(x[at1 + channel]);
    let x2 = vec4f(x[at2 + channel]);
    let x3 = vec4f(x[at3 + channel]);
    let left = weights(filter_row, block);
    let right = weights(filter_row, next);
    a0 += left * x0; a1 += left * x1; a2 += left * x2; a3 += left * x3;
    b0 += right * x0; b1 += right * x1; b2 += right * x2; b3 += right * x3;
    filter_row += 4u;
  }
  store(gid.z, row, block, a0);
  store(gid.z, row + 1u, block, a1);
  store(gid.z, row + 2u, block, a2);
  store(gid.z, row + 3u, block, a3);
  if (next == block) { return; }
  store(gid.z, row, next, b0);
  store(gid.z, row + 1u, next, b1);
  store(gid.z, row + 2u, next, b2);
  store(gid.z, row + 3u, next, b3);
}
