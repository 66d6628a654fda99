// y[b, r, o] = Σ over i of x[b, r, i] · weight[b, i, o]
//
// A batch of matrix products. One subgroup of 4 lanes computes 16 rows × 32 columns: a lane owns eight columns of all 16 rows,
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
  let block = wid.y * 8u + lane;
  // Lanes and rows beyond the last repeat it, since every lane must reach the broadcasts; their sums are not stored.
  let column = min(block, params.out_blocks - 1u);
  let next = min(block + 4u, params.out_blocks - 1u);
  let first = wid.z * params.rows;
  let at0 = (first + min(row + lane, params.rows - 1u)) * params.in_blocks;
  let at1 = (first + min(row + lane + 4u, params.rows - 1u)) * params.in_blocks;
  let at2 = (first + min(row + lane + 8u, params.rows - 1u)) * params.in_blocks;
  let at3 = (first + min(row + lane + 12u, params.rows - 1u)) * params.in_blocks;
  var a0 = vec4f(); var a1 = vec4f(); var a2 = vec4f(); var a3 = vec4f();
  var a4 = vec4f(); var a5 = vec4f(); var a6 = vec4f(); var a7 = vec4f();
  var a8 = vec4f(); var a9 = vec4f(); var a10 = vec4f(); var a11 = vec4f();
  var a12 = vec4f(); var a13 = vec4f(); var a14 = vec4f(); var a15 = vec4f();
  var b0 = vec4f(); var b1 = vec4f(); var b2 = vec4f(); var b3 = vec4f();
  var b4 = vec4f(); var b5 = vec4f(); var b6 = vec4f(); var b7 = vec4f();
  var b8 = vec4f(); var b9 = vec4f(); var b10 = vec4f(); var b11 = vec4f();
  var b12 = vec4f(); var b13 = vec4f(); var b14 = vec4f(); var b15 = vec4f();
  var filter_row = wid.z * params.in_blocks * 4u;
  for (var channel = 0u; channel < params.in_blocks; channel++) {
    let x0 = vec4f(x[at0 + channel]);
    let x1 = vec4f(x[at1 + channel]);
    let x2 = vec4f(x[at2 + channel]);
    let x3 = vec4f(x[at3 + channel]);
    let left = weights(filter_row, column);
    let right = weights(filter_row, next);
    let r0 = subgroupBroadcast(x0, 0u); a0 += left * r0; b0 += right * r0;
    let r1 = subgroupBroadcast(x0, 1u); a1 += left * r1; b1 += right * r1;
    let r2 = subgroupBroadcast(x0, 2u); a2 += left * r2; b2 += right * r2;
    let r3 = subgroupBroadcast(x0, 3u); a3 += left * r3; b3 += right * r3;
    let r4 = subgroupBroadcast(x1, 0u); a4 += left * r4; b4 += right * r4;
    let r5 = subgroupBroadcast(x1, 1u); a5 += left * r5; b5 += right * r5;
    let r6 = subgroupBroadcast(x1, 2u); a6 += left * r6; b6 += right * r6;
    let r7 = subgroupBroadcast(x1, 3u); a7 += left * r7; b7 += right * r7;
    let r8 = subgroupBroadcast(x2, 0u); a8 += left * r8; b8 += right * r8;
    let r9 = subgroupBroadcast(x2, 1u); a9 += left * r9; b9 += right * r9;
    let r10 = subgroupBroadcast(x2, 2u); a10 += left * r10; b10 += right * r10;
    let r11 = subgroupBroadcast(x2, 3u); a11 += left * r11; b11 += right * r11;
    let r12 = subgroupBroadcast(x3, 0u); a12 += left * r12; b12 += right * r12;
    let r13 = subgroupBroadcast(x3, 1u); a13 += left * r13; b13 += right * r13;
    let r14 = subgroupBroadcast(x3, 2u); a14 += left * r14; b14 += right * r14;
    let r15 = subgroupBroadcast(x3, 3u); a15 += left * r15; b15 += right * r15;
    filter_row += 4u;
  }
  let out = (first + row) * params.out_blocks + block;
  let left_rows = params.rows - row;
  if (block >= params.out_blocks) { return; }
  y[out] = Value(a0);
  if (left_rows > 1u) { y[out + params.out_blocks] = Value(a1); }
  if (left_rows > 2u) { y[out + 2u * params.out_blocks] = Value(a2); }
  if (left_rows > 3u) { y[out + 3u * params.out_blocks] = Value(a3); }
  if (left_rows > 4u) { y[out + 4u * params.out_blocks] = Value(a4); }
  if (left_rows > 5u) { y[out + 5u * params.out_blocks] = Value(a5); }
  if (left_rows > 6u) { y[out + 6u * params.out_blocks] = Value(a6); }
  if (left_rows > 7u) { y[out + 7u * params.out_blocks] = Value(a7); }
  if (left_rows > 8u) { y[out + 8u * params.out_blocks] = Value(a8); }
  if (left_rows > 9u) { y[out + 9u * params.out_blocks] = Value(a9); }
  if (left_rows > 10u) { y[out + 10u * params.out_blocks] = Value(a10); }
  if (left_rows > 11u) { y[out + 11u * params.out_blocks] = Value(a11); }
  if (left_rows > 12u) { y[out + 12u * params.out_blocks] = Value(a12); }
  if (left_rows > 13u) { y[out + 13u * params.out_blocks] = Value(a13); }
  if (left_rows > 14u) { y[out + 14u * params.out_blocks] = Value(a14); }
  if (left_rows > 15u) { y[out + 15u * params.out_blocks] = Value(a15); }
  if (block + 4u >= params.out_blocks) { return; }
  y[out + 4u] = Value(b0);
  if (left_rows > 1u) { y[out + params.out_blocks + 4u] = Value(b1); }
  if (left_rows > 2u) { y[out + 2u * params.out_blocks + 4u] = Value(b2); }
  if (left_rows > 3u) { y[out + 3u * params.out_blocks + 4u] = Value(b3); }
  if (left_rows > 4u) { y[out + 4u * params.out_blocks + 4u] = Value(b4); }
  if (left_rows > 5u) { y[out + 5u * params.out_blocks + 4u] = Value(b5); }
  if (left_rows > 6u) { y[out + 6u * params.out_blocks + 4u] = Value(b6); }
  if (left_rows > 7u) { y[out + 7u * params.out_blocks + 4u] = Value(b7); }
  if (left_rows > 8u) { y[out + 8u * params.out_blocks + 4u] = Value(b8); }
  if (left_rows > 9u) { y[out + 9u * params.out_blocks + 4u] = Value(b9); }
  if (left_rows > 10u) { y[out + 10u * params.out_blocks + 4u] = Value(b10); }
  if (left_rows > 11u) { y[out + 11u * params.out_blocks + 4u] = Value(b11); }
  if (left_rows > 12u) { y[out + 12u * params.out_blocks + 4u] = Value(b12); }
  if (left_rows > 13u) { y[out + 13u * params.out_blocks + 4u] = Value(b13); }
  if (left_rows > 14u) { y[out + 14u * params.out_blocks + 4u] = Value(b14); }
  if (left_rows > 15u) { y[out + 15u * params.out_blocks + 4u] = Value(b15); }
}
