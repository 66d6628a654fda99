// y[segment] = Σ x[row] over the rows of each segment
//
// In two passes, so that rounding and time grow with the root of the length at most 64-fold: `parts` sums each 64th of a segment's rows in
// order, one invocation a part; `totals` sums the 64 parts in order, one invocation a segment. `segments` holds the first row and
// the number of rows of each.

struct Params { segments: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> segments: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn parts(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.segments * 64u) { return; }
  let segment = segments[index / 64u];
  let rows = u32(segment.y);
  let length = (rows + 63u) / 64u;
  let start = index % 64u * length;
  var sum = vec4f();
  for (var row = min(start, rows); row < min(start + length, rows); row++) { sum += x[u32(segment.x) + row]; }
  y[index] = sum;
}

@compute @workgroup_size(64)
fn totals(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.segments) { return; }
  var sum = vec4f();
  for (var part = 0u; part < 64u; part++) { sum += x[index * 64u + part]; }
  y[index] = sum;
}
