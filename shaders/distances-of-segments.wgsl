// y[q, 16 t + j] = factor · Σ over c of (items[i, c] − queries[q, c])², or of |…| where ABSOLUTE, for item i = 16 · segments[q, t] + j
//
// The distances of the segments that a search has chosen. `items` holds the segments from `first_segment` on; others are left to the
// launches that bind them. Items of the group that the query excludes, and items past the last, are further away than any.
// One invocation computes four items of one segment, in steps of 64 channels that are summed by themselves, so that rounding does not grow
// with the number of channels.

struct Params {
  size: u32, items: u32, blocks: u32, first_segment: u32, chosen: u32, segments_stride: u32, y_blocks: u32,
  factor: f32,
}

override ABSOLUTE = false;

alias Value = vec4f;
alias Scalar = f32;

@group(0) @binding(0) var<storage, read> queries: array<Value>;
@group(0) @binding(1) var<storage, read> items: array<Value>;
@group(0) @binding(2) var<storage, read> groups: array<Value>;
@group(0) @binding(3) var<storage, read> excluded: array<Scalar>;
@group(0) @binding(4) var<storage, read> segments: array<Scalar>;
@group(0) @binding(5) var<storage, read_write> y: array<Value>;
@group(0) @binding(6) var<uniform> params: Params;

// Stands for +∞, which WGSL has no literal for and compilers may assume away.
const LARGEST = 3.4028234e38;
const STEP = 16u;

fn term(difference: vec4f) -> vec4f {
  if (ABSOLUTE) { return abs(difference); }
  return difference * difference;
}

fn total(sums: vec4f) -> f32 { return (sums.x + sums.y) + (sums.z + sums.w); }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = gid.x + gid.y * grid.x * 64u;
  if (index >= params.size) { return; }
  let place = index / 4u % params.chosen;
  let query = index / 4u / params.chosen;
  let segment = u32(segments[query * params.segments_stride + place]);
  let segments_here = (params.items + 15u) / 16u;
  if (segment < params.first_segment || segment >= params.first_segment + segments_here) { return; }
  let item = (segment - params.first_segment) * 16u + index % 4u * 4u;
  let lanes = item + vec4u(0u, 1u, 2u, 3u);
  let row = min(lanes, vec4u(params.items - 1u)) * params.blocks;
  let at = query * params.blocks;
  var sum0 = vec4f(); var sum1 = vec4f(); var sum2 = vec4f(); var sum3 = vec4f();
  for (var first = 0u; first < params.blocks; first += STEP) {
    var part0 = vec4f(); var part1 = vec4f(); var part2 = vec4f(); var part3 = vec4f();
    let end = min(first + STEP, params.blocks);
    for (var i = first; i < end; i++) {
      let query_part = vec4f(queries[at + i]);
      part0 += term(vec4f(items[row.x + i]) - query_part);
      part1 += term(vec4f(items[row.y + i]) - query_part);
      part2 += term(vec4f(items[row.z + i]) - query_part);
      part3 += term(vec4f(items[row.w + i]) - query_part);
    }
    sum0 += part0; sum1 += part1; sum2 += part2; sum3 += part3;
  }
  let sums = vec4f(total(sum0), total(sum1), total(sum2), total(sum3));
  let group = vec4f(groups[min(item, params.items - 1u) / 4u]);
  let out = (lanes >= vec4u(params.items)) | (group == vec4f(f32(excluded[query])));
  y[query * params.y_blocks + place * 4u + index % 4u] = Value(select(min(sums * params.factor, vec4f(LARGEST)), vec4f(LARGEST), out));
}
