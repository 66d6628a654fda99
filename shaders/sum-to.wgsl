// y[n, c, h, w] = Σ x over the axes that have size 1 in y
//
// In two passes of fixed order. One invocation of `sum_parts` adds the vectors of one part of one sum, one of `sum_total` the parts of one
// sum, and its four lanes where the channels are summed too.

struct Params {
  size: u32, parts: u32, terms: u32, part_terms: u32,
  height: u32, width: u32, blocks: u32,
  in_height: u32, in_width: u32, in_blocks: u32,
  sums_lanes: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn sum_parts(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let invocation = gid.x + gid.y * groups.x * 64u;
  if (invocation >= params.size * params.parts) { return; }
  let index = invocation / params.parts;
  let n = index / params.blocks / params.width / params.height;
  let h = index / params.blocks / params.width % params.height;
  let w = index / params.blocks % params.width;
  let first = ((n * params.in_height + h) * params.in_width + w) * params.in_blocks + index % params.blocks;

  // Blocks, columns and rows that this sum runs over; all pictures if there are terms left.
  let blocks = params.in_blocks / params.blocks;
  let columns = params.in_width / params.width;
  let rows = params.in_height / params.height;
  let begin = invocation % params.parts * params.part_terms;
  let end = min(begin + params.part_terms, params.terms);
  var block = begin % blocks;
  var column = begin / blocks % columns;
  var row = begin / blocks / columns % rows;
  var picture = begin / blocks / columns / rows;
  var sum = vec4f();
  for (var term = begin; term < end; term++) {
    sum += vec4f(x[first + ((picture * params.in_height + row) * params.in_width + column) * params.in_blocks + block]);
    block++;
    if (block == blocks) { block = 0u; column++; }
    if (column == columns) { column = 0u; row++; }
    if (row == rows) { row = 0u; picture++; }
  }
  y[invocation] = Value(sum);
}

@compute @workgroup_size(64)
fn sum_total(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  var sum = vec4f();
  for (var part = 0u; part < params.parts; part++) { sum += vec4f(x[index * params.parts + part]); }
  if (params.sums_lanes == 1u) { sum = vec4f(sum.x + sum.y + (sum.z + sum.w), 0.0, 0.0, 0.0); }
  y[index] = Value(sum);
}
