// y[b, r, o] = Σ over i of x[b, r, i] · weight[b, i, o]
//
// A batch of matrix products. One subgroup of 8 lanes computes 16 rows × 32 columns: a lane owns four columns of all 16 rows,
// loads 2 of the rows, and hands them round by subgroupBroadcast.

enable subgroups;

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

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let row = wid.x * 16u;
  let block = wid.y * 8u + lane;
  // Lanes and rows beyond the last repeat it, since every lane must reach the broadcasts; their sums are not stored.
  let column = min(block, params.out_blocks - 1u);
  let first = wid.z * params.rows;
  let at0 = (first + min(row + lane, params.rows - 1u)) * params.in_blocks;
  let at1 = (first + min(row + lane + 8u, params.rows - 1u)) * params.in_blocks;
  var sum0 = vec4f(); var sum1 = vec4f(); var sum2 = vec4f(); var sum3 = vec4f();
  var sum4 = vec4f(); var sum5 = vec4f(); var sum6 = vec4f(); var sum7 = vec4f();
  var sum8 = vec4f(); var sum9 = vec4f(); var sum10 = vec4f(); var sum11 = vec4f();
  var sum12 = vec4f(); var sum13 = vec4f(); var sum14 = vec4f(); var sum15 = vec4f();
  var filter_row = wid.z * params.in_blocks * 4u;
  for (var channel = 0u; channel < params.in_blocks; channel++) {
    let x0 = vec4f(x[at0 + channel]);
    let x1 = vec4f(x[at1 + channel]);
    let w = weights(filter_row, column);
    sum0 += w * subgroupBroadcast(x0, 0u);
    sum1 += w * subgroupBroadcast(x0, 1u);
    sum2 += w * subgroupBroadcast(x0, 2u);
    sum3 += w * subgroupBroadcast(x0, 3u);
    sum4 += w * subgroupBroadcast(x0, 4u);
    sum5 += w * subgroupBroadcast(x0, 5u);
    sum6 += w * subgroupBroadcast(x0, 6u);
    sum7 += w * subgroupBroadcast(x0, 7u);
    sum8 += w * subgroupBroadcast(x1, 0u);
    sum9 += w * subgroupBroadcast(x1, 1u);
    sum10 += w * subgroupBroadcast(x1, 2u);
    sum11 += w * subgroupBroadcast(x1, 3u);
    sum12 += w * subgroupBroadcast(x1, 4u);
    sum13 += w * subgroupBroadcast(x1, 5u);
    sum14 += w * subgroupBroadcast(x1, 6u);
    sum15 += w * subgroupBroadcast(x1, 7u);
    filter_row += 4u;
  }
  if (block >= params.out_blocks) { return; }
  // Stored in a loop that compilers do not unroll: sixteen copies of a guarded store take them longer than all the rest.
  let sums = array<vec4f, 16>(sum0, sum1, sum2, sum3, sum4, sum5, sum6, sum7, sum8, sum9, sum10, sum11, sum12, sum13, sum14, sum15);
  let rows = min(16u, params.rows - row);
  for (var i = 0u; i < rows; i++) { y[(first + row + i) * params.out_blocks + block] = Value(sums[i]); }
}
