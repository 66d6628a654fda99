// y[b, r, o] = Σ over i of x[b, r, i] · weight[b, i, o]
//
// A batch of matrix products. One subgroup of 4 lanes computes 16 rows × 16 columns: a lane owns four columns of all 16 rows,
// loads 4 of the rows, and hands them round by subgroupBroadcast.

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

@compute @workgroup_size(4)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let row = wid.x * 16u;
  let block = wid.y * 4u + lane;
  // Lanes and rows beyond the last repeat it, since every lane must reach the broadcasts; their sums are not stored.
  let column = min(block, params.out_blocks - 1u);
  let first = wid.z * params.rows;
  let at0 = (first + min(row + lane, params.rows - 1u)) * params.in_blocks;
  let at1 = (first + min(row + lane + 4u, params.rows - 1u)) * params.in_blocks;
  let at2 = (first + min(row + lane + 8u, params.rows - 1u)) * params.in_blocks;
  let at3 = (first + min(row + lane + 12u, params.rows - 1u)) * params.in_blocks;
  var sum0 = vec4f(); var sum1 = vec4f(); var sum2 = vec4f(); var sum3 = vec4f();
  var sum4 = vec4f(); var sum5 = vec4f(); var sum6 = vec4f(); var sum7 = vec4f();
  var sum8 = vec4f(); var sum9 = vec4f(); var sum10 = vec4f(); var sum11 = vec4f();
  var sum12 = vec4f(); var sum13 = vec4f(); var sum14 = vec4f(); var sum15 = vec4f();
  var filter_row = wid.z * params.in_blocks * 4u;
  for (var channel = 0u; channel < params.in_blocks; channel++) {
    let x0 = vec4f(x[at0 + channel]);
    let x1 = vec4f(x[at1 + channel]);
    let x2 = vec4f(x[at2 + channel]);
    let x3 = vec4f(x[at3 + channel]);
    let w = weights(filter_row, column);
    sum0 += w * subgroupBroadcast(x0, 0u);
    sum1 += w * subgroupBroadcast(x0, 1u);
    sum2 += w * subgroupBroadcast(x0, 2u);
    sum3 += w * subgroupBroadcast(x0, 3u);
    sum4 += w * subgroupBroadcast(x1, 0u);
    sum5 += w * subgroupBroadcast(x1, 1u);
    sum6 += w * subgroupBroadcast(x1, 2u);
    sum7 += w * subgroupBroadcast(x1, 3u);
    sum8 += w * subgroupBroadcast(x2, 0u);
    sum9 += w * subgroupBroadcast(x2, 1u);
    sum10 += w * subgroupBroadcast(x2, 2u);
    sum11 += w * subgroupBroadcast(x2, 3u);
    sum12 += w * subgroupBroadcast(x3, 0u);
    sum13 += w * subgroupBroadcast(x3, 1u);
    sum14 += w * subgroupBroadcast(x3, 2u);
    sum15 += w * subgroupBroadcast(x3, 3u);
    filter_row += 4u;
  }
  if (block >= params.out_blocks) { return; }
  let out = (first + row) * params.out_blocks + block;
  let left = params.rows - row;
  y[out] = Value(sum0);
  if (left > 1u) { y[out + params.out_blocks] = Value(sum1); }
  if (left > 2u) { y[out + 2u * params.out_blocks] = Value(sum2); }
  if (left > 3u) { y[out + 3u * params.out_blocks] = Value(sum3); }
  if (left > 4u) { y[out + 4u * params.out_blocks] = Value(sum4); }
  if (left > 5u) { y[out + 5u * params.out_blocks] = Value(sum5); }
  if (left > 6u) { y[out + 6u * params.out_blocks] = Value(sum6); }
  if (left > 7u) { y[out + 7u * params.out_blocks] = Value(sum7); }
  if (left > 8u) { y[out + 8u * params.out_blocks] = Value(sum8); }
  if (left > 9u) { y[out + 9u * params.out_blocks] = Value(sum9); }
  if (left > 10u) { y[out + 10u * params.out_blocks] = Value(sum10); }
  if (left > 11u) { y[out + 11u * params.out_blocks] = Value(sum11); }
  if (left > 12u) { y[out + 12u * params.out_blocks] = Value(sum12); }
  if (left > 13u) { y[out + 13u * params.out_blocks] = Value(sum13); }
  if (left > 14u) { y[out + 14u * params.out_blocks] = Value(sum14); }
  if (left > 15u) { y[out + 15u * params.out_blocks] = Value(sum15); }
}
