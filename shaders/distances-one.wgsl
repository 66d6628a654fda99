// y[q, s] = the least over items i = 16 s … 16 s + 15 of Σ over c of (items[i, c] − queries[q, c])², or of |…| where ABSOLUTE
//
// One invocation computes one query × 16 items, four at a time: for one or two queries, where reading the items is all that counts (half
// the time that tiles of 4 or of 16 queries take for one query, on lavapipe and SwiftShader). Items of the group that the query excludes,
// and items past the last, are left out.

struct Params { queries: u32, items: u32, blocks: u32, y_blocks: u32, y_stride: u32, y_offset: u32 }

override ABSOLUTE = false;

alias Value = vec4f;
alias Scalar = f32;

@group(0) @binding(0) var<storage, read> queries: array<Value>;
@group(0) @binding(1) var<storage, read> items: array<Value>;
@group(0) @binding(2) var<storage, read> groups: array<Value>;
@group(0) @binding(3) var<storage, read> excluded: array<Scalar>;
@group(0) @binding(4) var<storage, read_write> y: array<Scalar>;
@group(0) @binding(5) var<uniform> params: Params;

// Stands for +∞, which WGSL has no literal for and compilers may assume away.
const LARGEST = 3.4028234e38;

fn sum(difference: vec4f) -> f32 {
  if (ABSOLUTE) { return dot(abs(difference), vec4f(1.0)); }
  return dot(difference, difference);
}

// The sums of one vector of each of four items.
fn sums(rows: mat4x4f, query: vec4f) -> vec4f {
  return vec4f(sum(rows[0] - query), sum(rows[1] - query), sum(rows[2] - query), sum(rows[3] - query));
}

fn four_items(row: vec4u, i: u32) -> mat4x4f {
  return mat4x4f(vec4f(items[row.x + i]), vec4f(items[row.y + i]), vec4f(items[row.z + i]), vec4f(items[row.w + i]));
}

// Where four items begin; those past the last repeat it.
fn rows_of(item: u32) -> vec4u {
  return min(item + vec4u(0u, 1u, 2u, 3u), vec4u(params.items - 1u)) * params.blocks;
}

// The least of four sums, of items that may win.
fn least_of(query: u32, item: u32, sums: vec4f) -> f32 {
  let group = vec4f(groups[min(item, params.items - 1u) / 4u]);
  let out = (item + vec4u(0u, 1u, 2u, 3u) >= vec4u(params.items)) | (group == vec4f(f32(excluded[query])));
  let left = select(min(sums, vec4f(LARGEST)), vec4f(LARGEST), out);
  return min(min(left.x, left.y), min(left.z, left.w));
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) index: u32) {
  let query = wid.y;
  let segment = (wid.x + wid.z * grid.x) * 64u + index;
  if (segment >= params.y_blocks * 4u) { return; }
  let at = query * params.blocks;
  var best = LARGEST;
  for (var group = 0u; group < 4u; group++) {
    let item = segment * 16u + group * 4u;
    let row = rows_of(item);
    var found = vec4f();
    for (var i = 0u; i < params.blocks; i++) { found += sums(four_items(row, i), vec4f(queries[at + i])); }
    best = min(best, least_of(query, item, found));
  }
  y[(query * params.y_stride + params.y_offset) * 4u + segment] = Scalar(select(0.0, best, segment * 16u < params.items));
}
