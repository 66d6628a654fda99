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
  // Stored in a loop that compilers do not unroll: thirty-two copies of a guarded store take them longer than all the rest.
  let left_sums = array<vec4f, 16>(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15);
  let right_sums = array<vec4f, 16>(b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15);
  let rows = min(16u, params.rows - row);
  for (var i = 0u; i < rows; i++) {
    let at = (first + row + i) * params.out_blocks + block;
    if (block < params.out_blocks) { y[at] = Value(left_sums[i]); }
    if (block + 4u < params.out_blocks) { y[at + 4u] = Value(right_sums[i]); }
  }
}
