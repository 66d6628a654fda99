// With w[i, j] = 1 / (1 + |places[i] − places[j]|²), sums over all j ≠ i:
//   y[i, 0 … 1] = Σ p[i, j] w[i, j] (places[i] − places[j])      attraction
//   y[i, 2 … 3] = Σ w[i, j]² (places[i] − places[j])             repulsion, to be divided by Σ w
//   y[i, 4] = Σ w[i, j]
//   y[i, 5] = Σ p[i, j] ln(p[i, j] / w[i, j]) where measured[0] is not 0, else 0: the divergence, but for ln Σ w
//
// p is [points, points], places [points, 2]. Logarithms are dear, so that they are taken only when asked for.
// `point`: an invocation computes one point. `lanes`: for adapters with workgroup memory of their own, 64 invocations share a point; each
// takes every 64th vector of p, so that neighbours read neighbouring memory, and their sums meet as a tree, in the same order at every run.

struct Params { points: u32, blocks: u32 }

alias Value = vec4f;
alias Scalar = f32;

@group(0) @binding(0) var<storage, read> p: array<Value>;
@group(0) @binding(1) var<storage, read> places: array<Value>;
@group(0) @binding(2) var<storage, read> measured: array<Scalar>;
@group(0) @binding(3) var<storage, read_write> y: array<Value>;
@group(0) @binding(4) var<uniform> params: Params;

const LANES = 64u;

// Attraction and repulsion; Σ w and the divergence.
struct Sums { forces: vec4f, totals: vec2f }

var<workgroup> shared_forces: array<vec4f, 64>;
var<workgroup> shared_totals: array<vec2f, 64>;

fn sum4(v: vec4f) -> f32 { return (v.x + v.y) + (v.z + v.w); }

fn place(j: u32) -> vec2f { return vec4f(places[min(j, params.points - 1u)]).xy; }

// The sums of point i over every `step`th block of four others.
fn sums_of(i: u32, first: u32, step: u32) -> Sums {
  let here = place(i);
  let is_measured = f32(measured[0]) != 0.0;
  var attraction_x = vec4f(); var attraction_y = vec4f();
  var repulsion_x = vec4f(); var repulsion_y = vec4f();
  var total = vec4f(); var divergence = vec4f();
  for (var block = first; block < params.blocks; block += step) {
    let j = block * 4u;
    let a = here - place(j);
    let b = here - place(j + 1u);
    let c = here - place(j + 2u);
    let d = here - place(j + 3u);
    let dx = vec4f(a.x, b.x, c.x, d.x);
    let dy = vec4f(a.y, b.y, c.y, d.y);
    let item = j + vec4u(0u, 1u, 2u, 3u);
    let others = (item < vec4u(params.points)) & (item != vec4u(i));
    let nearness = vec4f(1.0) / (1.0 + dx * dx + dy * dy);
    let w = select(vec4f(), nearness, others);
    let probability = vec4f(p[i * params.blocks + block]);
    let pulled = probability * w;
    let pushed = w * w;
    attraction_x += pulled * dx;
    attraction_y += pulled * dy;
    repulsion_x += pushed * dx;
    repulsion_y += pushed * dy;
    total += w;
    if (is_measured) {
      let is_some = others & (probability > vec4f());
      let ratio = select(vec4f(1.0), probability / nearness, is_some);
      divergence += probability * log(ratio);
    }
  }
  return Sums(vec4f(sum4(attraction_x), sum4(attraction_y), sum4(repulsion_x), sum4(repulsion_y)), vec2f(sum4(total), sum4(divergence)));
}

fn store(i: u32, forces: vec4f, totals: vec2f) {
  y[i * 2u] = Value(forces);
  y[i * 2u + 1u] = Value(vec4f(totals, 0.0, 0.0));
}

@compute @workgroup_size(64)
fn point(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = gid.x + gid.y * groups.x * 64u;
  if (i >= params.points) { return; }
  let sums = sums_of(i, 0u, 1u);
  store(i, sums.forces, sums.totals);
}

@compute @workgroup_size(64)
fn lanes(@builtin(workgroup_id) wid: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) index: u32) {
  // Workgroups past the last point repeat it, since none may leave before a barrier.
  let group = wid.x + wid.z * groups.x;
  let i = min(group, params.points - 1u);
  let sums = sums_of(i, index, LANES);
  shared_forces[index] = sums.forces;
  shared_totals[index] = sums.totals;
  workgroupBarrier();
  for (var step = LANES / 2u; step > 0u; step /= 2u) {
    if (index < step) {
      shared_forces[index] += shared_forces[index + step];
      shared_totals[index] += shared_totals[index + step];
    }
    workgroupBarrier();
  }
  if (index == 0u && group < params.points) { store(i, shared_forces[0], shared_totals[0]); }
}
