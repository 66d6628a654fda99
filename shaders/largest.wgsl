// y = the k largest (or smallest) elements of x along an axis, in order: their values (entry point `largest_values`) or places (`largest_places`)
//
// Of equal elements the one that comes first in x comes first. One invocation finds four channels of one place in that order, by as many
// walks along the axis as elements come before it: k is small. Pad lanes are zero. A NaN counts as the largest number.

struct Params {
  size: u32, channels: u32, blocks: u32, d0: u32, d1: u32, d2: u32, d3: u32, d4: u32, d5: u32,
  x_start: i32, x_n: i32, x_c: i32, x_0: i32, x_1: i32, x_2: i32, x_3: i32, x_4: i32, x_5: i32,
  rank_start: i32, rank_n: i32, rank_c: i32, rank_0: i32, rank_1: i32, rank_2: i32, rank_3: i32, rank_4: i32, rank_5: i32,
  axis_size: u32, axis_stride: i32, smallest: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

struct Found { value: f32, place: u32 }

// Bits in the order of the numbers, so that comparing does not depend on how a NaN compares.
fn key(v: f32) -> u32 {
  let bits = bitcast<u32>(v + 0.0);
  let ordered = select(bits | 0x80000000u, ~bits, (bits >> 31u) == 1u);
  return select(ordered, ~ordered, params.smallest == 1u);
}

fn element(start: i32, place: u32) -> f32 {
  let at = u32(start + i32(place) * params.axis_stride);
  return f32(x[at / 4u][at % 4u]);
}

fn found(start: i32, rank: u32) -> Found {
  var last_key = 0u;
  var last_place = 0u;
  for (var round = 0u; round <= rank; round++) {
    var best_key = 0u;
    var best_place = params.axis_size;
    for (var place = 0u; place < params.axis_size; place++) {
      let k = key(element(start, place));
      let comes_after = round == 0u || k < last_key || (k == last_key && place > last_place);
      if (comes_after && (best_place == params.axis_size || k > best_key)) {
        best_key = k;
        best_place = place;
      }
    }
    last_key = best_key;
    last_place = best_place;
  }
  return Found(element(start, last_place), last_place);
}

struct Walk { start: i32, rank: i32, channel: u32 }

fn walk_to(index: u32) -> Walk {
  let p5 = index / params.blocks;
  let p4 = p5 / params.d5;
  let p3 = p4 / params.d4;
  let p2 = p3 / params.d3;
  let p1 = p2 / params.d2;
  let p0 = p1 / params.d1;
  let n = i32(p0 / params.d0);
  let low = vec3i(vec3u(p0 % params.d0, p1 % params.d1, p2 % params.d2));
  let high = vec3i(vec3u(p3 % params.d3, p4 % params.d4, p5 % params.d5));
  let start = params.x_start + n * params.x_n + low.x * params.x_0 + low.y * params.x_1 + low.z * params.x_2
    + high.x * params.x_3 + high.y * params.x_4 + high.z * params.x_5;
  let rank = params.rank_start + n * params.rank_n + low.x * params.rank_0 + low.y * params.rank_1 + low.z * params.rank_2
    + high.x * params.rank_3 + high.y * params.rank_4 + high.z * params.rank_5;
  return Walk(start, rank, index % params.blocks * 4u);
}

fn found_in(walk: Walk, lane: u32) -> Found {
  let channel = walk.channel + lane;
  if (channel >= params.channels) { return Found(0.0, 0u); }
  return found(walk.start + i32(channel) * params.x_c, u32(walk.rank + i32(channel) * params.rank_c));
}

@compute @workgroup_size(64)
fn largest_values(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let walk = walk_to(index);
  y[index] = Value(vec4f(found_in(walk, 0u).value, found_in(walk, 1u).value, found_in(walk, 2u).value, found_in(walk, 3u).value));
}

@compute @workgroup_size(64)
fn largest_places(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let walk = walk_to(index);
  y[index] = Value(vec4f(vec4u(found_in(walk, 0u).place, found_in(walk, 1u).place, found_in(walk, 2u).place, found_in(walk, 3u).place)));
}
