// The k least of each row of x [rows, n], in order; of equal ones the one with the lower index comes first.
//
// The k least of all lie in the k segments of 16 whose own least come first: k elements would else come before one of them. So
// a long row is reduced to its segments' minima (`row_minima`), k segments are chosen among those by the same means, and what they hold is
// laid side by side (`chosen_values`). What is short is ranked by counting (`rank`, `rank_chosen`): an element's place is the number of
// elements that come before it. NaN and +∞ come last, by their index.

struct Params { size: u32, n: u32, blocks: u32, k: u32, chosen_stride: u32, y_blocks: u32, sign: f32 }

alias Value = vec4f;
alias Scalar = f32;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read> chosen: array<Scalar>;
@group(0) @binding(2) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<storage, read_write> places: array<Scalar>;
@group(0) @binding(3) var<uniform> params: Params;

// Stands for +∞, which WGSL has no literal for and compilers may assume away; also for what is past the end of a row.
const LARGEST = 3.4028234e38;

fn key(value: vec4f) -> vec4f { return select(min(value, vec4f(LARGEST)), vec4f(LARGEST), value != value); }

fn lanes_of(block: u32) -> vec4u { return block * 4u + vec4u(0u, 1u, 2u, 3u); }

// Four elements of a row, LARGEST past its end.
fn keys(row: u32, block: u32) -> vec4f {
  let value = key(vec4f(x[row * params.blocks + min(block, params.blocks - 1u)]));
  return select(vec4f(LARGEST), value, lanes_of(block) < vec4u(params.n));
}

fn least(row: u32, segment: u32) -> f32 {
  let at = segment * 4u;
  let best = min(min(keys(row, at), keys(row, at + 1u)), min(keys(row, at + 2u), keys(row, at + 3u)));
  return min(min(best.x, best.y), min(best.z, best.w));
}

// y[row, s] = the least of x[row, 16 s … 16 s + 15]. One invocation writes four.
@compute @workgroup_size(64)
fn row_minima(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = gid.x + gid.y * grid.x * 64u;
  if (index >= params.size) { return; }
  let row = index / params.y_blocks;
  let segment = index % params.y_blocks * 4u;
  let value = vec4f(least(row, segment), least(row, segment + 1u), least(row, segment + 2u), least(row, segment + 3u));
  let segments = (params.n + 15u) / 16u;
  y[index] = Value(select(vec4f(), value, segment + vec4u(0u, 1u, 2u, 3u) < vec4u(segments)));
}

// y[row, 16 t + j] = x[row, 16 · chosen[row, t] + j]. One invocation writes four.
@compute @workgroup_size(64)
fn chosen_values(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = gid.x + gid.y * grid.x * 64u;
  if (index >= params.size) { return; }
  let row = index / params.y_blocks;
  let place = index % params.y_blocks;
  let block = u32(chosen[row * params.chosen_stride + place / 4u]) * 4u + place % 4u;
  let value = vec4f(x[row * params.blocks + min(block, params.blocks - 1u)]);
  y[index] = Value(select(vec4f(LARGEST), value, lanes_of(block) < vec4u(params.n)));
}

// Where the elements of a block come from: their indices in the row that x was chosen from.
fn origin(row: u32, block: u32, is_chosen: bool) -> vec4u {
  if (!is_chosen) { return lanes_of(block); }
  return u32(chosen[row * params.chosen_stride + block / 4u]) * 16u + lanes_of(block % 4u);
}

fn comes_before(value: f32, index: u32, than: vec4f, than_index: vec4u) -> vec4u {
  return select(vec4u(), vec4u(1u), (vec4f(value) < than) | ((vec4f(value) == than) & (vec4u(index) < than_index)));
}

fn place(row: u32, rank: u32, index: u32, value: f32) {
  if (rank >= params.k) { return; }
  let at = row * params.y_blocks * 4u + rank;
  places[at] = Scalar(f32(index));
  places[at + params.k] = Scalar(value * params.sign);
}

// places[row, r] = the index of the r-th element, places[row, k + r] = its value. One invocation places four elements.
fn rank_four(index: u32, is_chosen: bool) {
  let row = index / params.blocks;
  let block = index % params.blocks;
  let own = keys(row, block);
  let own_index = origin(row, block, is_chosen);
  var rank = vec4u();
  for (var i = 0u; i < params.blocks; i++) {
    let other = keys(row, i);
    let at = origin(row, i, is_chosen);
    // Lanes past the row's end have indices of their own, above all others, and come last.
    rank += comes_before(other.x, at.x, own, own_index) + comes_before(other.y, at.y, own, own_index);
    rank += comes_before(other.z, at.z, own, own_index) + comes_before(other.w, at.w, own, own_index);
  }
  let value = vec4f(x[row * params.blocks + block]);
  place(row, rank.x, own_index.x, value.x);
  place(row, rank.y, own_index.y, value.y);
  place(row, rank.z, own_index.z, value.z);
  place(row, rank.w, own_index.w, value.w);
  if (block > 0u) { return; }
  for (var lane = params.k * 2u; lane < params.y_blocks * 4u; lane++) { places[row * params.y_blocks * 4u + lane] = Scalar(); }
}

@compute @workgroup_size(64)
fn rank(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = gid.x + gid.y * grid.x * 64u;
  if (index < params.size) { rank_four(index, false); }
}

@compute @workgroup_size(64)
fn rank_chosen(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = gid.x + gid.y * grid.x * 64u;
  if (index < params.size) { rank_four(index, true); }
}
