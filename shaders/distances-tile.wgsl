// y[q, i] = Σ over c of (items[i, c] − queries[q, c])², or of |…| where ABSOLUTE      (entry point `distances`)
// y[q, s] = the least of those of items 16 s … 16 s + 15                              (entry point `minima`)
//
// For adapters with workgroup memory of their own. A workgroup of 8 × 8 invocations computes 16 queries × 32 items, 32 channels a step:
// it brings eight vectors of every row into workgroup memory, and each invocation takes 2 queries × 4 items from there.
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

// The least of four sums, of items that may win.
fn least_of(query: u32, item: u32, sums: vec4f) -> f32 {
  let group = vec4f(groups[min(item, params.items - 1u) / 4u]);
  let out = (item + vec4u(0u, 1u, 2u, 3u) >= vec4u(params.items)) | (group == vec4f(f32(excluded[query])));
  let left = select(min(sums, vec4f(LARGEST)), vec4f(LARGEST), out);
  return min(min(left.x, left.y), min(left.z, left.w));
}

// Eight vectors of 32 items and of 16 queries; rows are nine vectors apart, so that they fall into different banks.
var<workgroup> item_rows: array<vec4f, 288>;
var<workgroup> query_rows: array<vec4f, 144>;
// The least of four items, for 16 queries.
var<workgroup> found: array<f32, 128>;

// Vectors past the last are zero on both sides and add nothing.
fn bring(index: u32, query: u32, item: u32, first: u32) {
  let column = first + index % 8u;
  let bounded = min(column, params.blocks - 1u);
  for (var i = 0u; i < 4u; i++) {
    let row = index / 8u + i * 8u;
    let value = vec4f(items[min(item + row, params.items - 1u) * params.blocks + bounded]);
    item_rows[row * 9u + index % 8u] = select(vec4f(), value, column < params.blocks);
  }
  for (var i = 0u; i < 2u; i++) {
    let row = index / 8u + i * 8u;
    let value = vec4f(queries[min(query + row, params.queries - 1u) * params.blocks + bounded]);
    query_rows[row * 9u + index % 8u] = select(vec4f(), value, column < params.blocks);
  }
}

// The sums of four items, 4 · lid.x on, for queries lid.y and lid.y + 8.
fn tile(query: u32, item: u32, lid: vec3u, index: u32) -> array<vec4f, 2> {
  var upper = vec4f();
  var lower = vec4f();
  for (var first = 0u; first < params.blocks; first += 8u) {
    bring(index, query, item, first);
    workgroupBarrier();
    for (var k = 0u; k < 8u; k++) {
      let at = lid.x * 36u + k;
      let rows = mat4x4f(item_rows[at], item_rows[at + 9u], item_rows[at + 18u], item_rows[at + 27u]);
      upper += sums(rows, query_rows[lid.y * 9u + k]);
      lower += sums(rows, query_rows[(lid.y + 8u) * 9u + k]);
    }
    workgroupBarrier();
  }
  return array<vec4f, 2>(upper, lower);
}

fn store(query: u32, item: u32, sums: vec4f) {
  if (query >= params.queries) { return; }
  // Lanes past the last item are padding.
  let value = select(vec4f(), sums, item + vec4u(0u, 1u, 2u, 3u) < vec4u(params.items));
  if (item < params.y_blocks * 4u) { y[query * params.y_stride + params.y_offset + item / 4u] = Value(value); }
}

@compute @workgroup_size(8, 8)
fn distances(
  @builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_id) lid: vec3u, @builtin(local_invocation_index) index: u32,
) {
  let query = wid.y * 16u;
  let item = (wid.x + wid.z * grid.x) * 32u;
  let both = tile(query, item, lid, index);
  store(query + lid.y, item + lid.x * 4u, both[0]);
  store(query + lid.y + 8u, item + lid.x * 4u, both[1]);
}

@compute @workgroup_size(8, 8)
fn minima(
  @builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_id) lid: vec3u, @builtin(local_invocation_index) index: u32,
) {
  let last = params.queries - 1u;
  let query = wid.y * 16u;
  let item = (wid.x + wid.z * grid.x) * 32u;
  let both = tile(query, item, lid, index);
  found[lid.y * 8u + lid.x] = least_of(min(query + lid.y, last), item + lid.x * 4u, both[0]);
  found[(lid.y + 8u) * 8u + lid.x] = least_of(min(query + lid.y + 8u, last), item + lid.x * 4u, both[1]);
  workgroupBarrier();
  // 16 queries × 2 segments of four invocations each.
  let own = query + index / 2u;
  let segment = item / 16u + index % 2u;
  if (index >= 32u || own > last || segment >= params.y_blocks * 4u) { return; }
  let at = index / 2u * 8u + index % 2u * 4u;
  let best = min(min(found[at], found[at + 1u]), min(found[at + 2u], found[at + 3u]));
  least[(own * params.y_stride + params.y_offset) * 4u + segment] = Scalar(select(0.0, best, segment * 16u < params.items));
}
