// y[b, r, o] = Σ over i of x[b, r, i] · weight[b, i, o]
//
// A batch of matrix products, for adapters with workgroup memory of their own. A workgroup of 8 × 8 invocations computes 64 rows × 64
// columns, 16 inputs a step: each invocation brings one row and four vectors of the weight into workgroup memory, and multiplies 8 rows
// by two vectors of columns from there.

struct Params { rows: u32, in_blocks: u32, out_blocks: u32 }

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read> weight: array<Value>;
@group(0) @binding(2) var<storage, read_write> y: array<Value>;
@group(0) @binding(3) var<uniform> params: Params;

// Four vectors of each of the 64 rows; they are five vectors apart, so that eight rows fall into different banks.
var<workgroup> inputs: array<vec4f, 320>;
// Sixteen rows of the weight by sixteen vectors of columns.
var<workgroup> filters: array<vec4f, 256>;

fn store(batch: u32, row: u32, block: u32, sum: vec4f) {
  if (row < params.rows && block < params.out_blocks) { y[(batch * params.rows + row) * params.out_blocks + block] = Value(sum); }
}

fn bring_inputs(line: u32, at: u32, channel: u32) {
  for (var i = 0u; i < 4u; i++) {
    let value = vec4f(x[at + min(channel + i, params.in_blocks - 1u)]);
    inputs[line * 5u + i] = select(vec4f(), value, channel + i < params.in_blocks);
  }
}

// A quarter of sixteen rows of the weight, those of `row` on; zeros past the last.
fn bring_filters(index: u32, row: u32, rows: u32, first_block: u32) {
  let column = min(first_block + index % 16u, params.out_blocks - 1u);
  for (var i = 0u; i < 4u; i++) {
    let line = index / 16u + 4u * i;
    let at = (row + min(line, rows - 1u)) * params.out_blocks + column;
    filters[line * 16u + index % 16u] = select(vec4f(), vec4f(weight[at]), line < rows);
  }
}

fn filter_rows(row: u32, column: u32) -> mat4x4f {
  let at = row * 16u + column;
  return mat4x4f(filters[at], filters[at + 16u], filters[at + 32u], filters[at + 48u]);
}

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_id) lid: vec3u, @builtin(local_invocation_index) index: u32) {
  let row = wid.x * 64u;
  let block = wid.y * 16u;
  let at = (wid.z * params.rows + min(row + index, params.rows - 1u)) * params.in_blocks;
  var a0 = vec4f(); var a1 = vec4f(); var a2 = vec4f(); var a3 = vec4f();
  var a4 = vec4f(); var a5 = vec4f(); var a6 = vec4f(); var a7 = vec4f();
  var b0 = vec4f(); var b1 = vec4f(); var b2 = vec4f(); var b3 = vec4f();
  var b4 = vec4f(); var b5 = vec4f(); var b6 = vec4f(); var b7 = vec4f();
  for (var channel = 0u; channel < params.in_blocks; channel += 4u) {
    let rows = min(4u, params.in_blocks - channel) * 4u;
    bring_inputs(index, at, channel);
    bring_filters(index, (wid.z * params.in_blocks + channel) * 4u, rows, block);
    workgroupBarrier();
    for (var k = 0u; k < 4u; k++) {
      let left = filter_rows(4u * k, lid.x);
      let right = filter_rows(4u * k, lid.x + 8u);
      let p0 = inputs[(lid.y) * 5u + k]; a0 += left * p0; b0 += right * p0;
      let p1 = inputs[(lid.y + 8u) * 5u + k]; a1 += left * p1; b1 += right * p1;
      let p2 = inputs[(lid.y + 16u) * 5u + k]; a2 += left * p2; b2 += right * p2;
      let p3 = inputs[(lid.y + 24u) * 5u + k]; a3 += left * p3; b3 += right * p3;
      let p4 = inputs[(lid.y + 32u) * 5u + k]; a4 += left * p4; b4 += right * p4;
      let p5 = inputs[(lid.y + 40u) * 5u + k]; a5 += left * p5; b5 += right * p5;
      let p6 = inputs[(lid.y + 48u) * 5u + k]; a6 += left * p6; b6 += right * p6;
      let p7 = inputs[(lid.y + 56u) * 5u + k]; a7 += left * p7; b7 += right * p7;
    }
    workgroupBarrier();
  }
  store(wid.z, row + lid.y, block + lid.x, a0);
  store(wid.z, row + lid.y + 8u, block + lid.x, a1);
  store(wid.z, row + lid.y + 16u, block + lid.x, a2);
  store(wid.z, row + lid.y + 24u, block + lid.x, a3);
  store(wid.z, row + lid.y + 32u, block + lid.x, a4);
  store(wid.z, row + lid.y + 40u, block + lid.x, a5);
  store(wid.z, row + lid.y + 48u, block + lid.x, a6);
  store(wid.z, row + lid.y + 56u, block + lid.x, a7);
  store(wid.z, row + lid.y, block + lid.x + 8u, b0);
  store(wid.z, row + lid.y + 8u, block + lid.x + 8u, b1);
  store(wid.z, row + lid.y + 16u, block + lid.x + 8u, b2);
  store(wid.z, row + lid.y + 24u, block + lid.x + 8u, b3);
  store(wid.z, row + lid.y + 32u, block + lid.x + 8u, b4);
  store(wid.z, row + lid.y + 40u, block + lid.x + 8u, b5);
  store(wid.z, row + lid.y + 48u, block + lid.x + 8u, b6);
  store(wid.z, row + lid.y + 56u, block + lid.x + 8u, b7);
}
