// y[q, i] = Σ over c of (items[i, c] − queries[q, c])², or of |…| where ABSOLUTE      (entry point `distances`)
// y[q, s] = the least of those of items 16 s … 16 s + 15                              (entry point `minima`)
//
// One invocation computes 4 queries × 4 items in registers, `minima` × 16: no subgroups, no workgroup memory.
//
// Differences are taken before they are squared, not |a|² + |b|² − 2ab: near duplicates keep their digits.
// `minima` leaves out items of the group that the query excludes, and items past the last.

struct Params { queries: u32, items: u32, blocks: u32, y_blocks: u32, y_stride: u32, y_offset: u32 }

override ABSOLUTE = false;

alias Value = vec4f;
alias Scalar = f32;

@group(0) @binding(0) var<storage, read> queries: array<Value>;
@group(0) @binding(1) var<storage, read> items: array<Value>;
@group(0) @binding(2) var<storage, read> groups: array<Value>;
@group(0) @binding(3) var<storage, read> excluded: array<Scalar>;
@group(0) @binding(4) var<storage, read_write> y: array<Value>;
@group(0) @binding(4) var<storage, read_write> least: array<Scalar>;
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

fn tile(query: u32, item: u32) -> mat4x4f {
  let last = params.queries - 1u;
  let at0 = query * params.blocks;
  let at1 = min(query + 1u, last) * params.blocks;
  let at2 = min(query + 2u, last) * params.blocks;
  let at3 = min(query + 3u, last) * params.blocks;
  let row = rows_of(item);
  var sum0 = vec4f(); var sum1 = vec4f(); var sum2 = vec4f(); var sum3 = vec4f();
  for (var i = 0u; i < params.blocks; i++) {
    let rows = four_items(row, i);
    sum0 += sums(rows, vec4f(queries[at0 + i]));
    sum1 += sums(rows, vec4f(queries[at1 + i]));
    sum2 += sums(rows, vec4f(queries[at2 + i]));
    sum3 += sums(rows, vec4f(queries[at3 + i]));
  }
  return mat4x4f(sum0, sum1, sum2, sum3);
}

fn store(query: u32, item: u32, sums: vec4f) {
  if (query >= params.queries) { return; }
  // Lanes past the last item are padding.
  let value = select(vec4f(), sums, item + vec4u(0u, 1u, 2u, 3u) < vec4u(params.items));
  if (item < params.y_blocks * 4u) { y[query * params.y_stride + params.y_offset + item / 4u] = Value(value); }
}

@compute @workgroup_size(64)
fn distances(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) index: u32) {
  let query = wid.y * 4u;
  let item = ((wid.x + wid.z * grid.x) * 64u + index) * 4u;
  if (item >= params.y_blocks * 4u) { return; }
  let found = tile(query, item);
  store(query, item, found[0]);
  store(query + 1u, item, found[1]);
  store(query + 2u, item, found[2]);
  store(query + 3u, item, found[3]);
}

fn store_least(query: u32, segment: u32, value: f32) {
  if (query >= params.queries) { return; }
  let at = (query * params.y_stride + params.y_offset) * 4u + segment;
  least[at] = Scalar(select(0.0, value, segment * 16u < params.items));
}

@compute @workgroup_size(64)
fn minima(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) index: u32) {
  let query = wid.y * 4u;
  let segment = (wid.x + wid.z * grid.x) * 64u + index;
  if (segment >= params.y_blocks * 4u) { return; }
  let last = params.queries - 1u;
  var best = vec4f(LARGEST);
  for (var i = 0u; i < 4u; i++) {
    let item = segment * 16u + i * 4u;
    let found = tile(query, item);
    best = min(best, vec4f(
      least_of(query, item, found[0]), least_of(min(query + 1u, last), item, found[1]),
      least_of(min(query + 2u, last), item, found[2]), least_of(min(query + 3u, last), item, found[3]),
    ));
  }
  store_least(query, segment, best.x);
  store_least(query + 1u, segment, best.y);
  store_least(query + 2u, segment, best.z);
  store_least(query + 3u, segment, best.w);
}
