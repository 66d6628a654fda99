// dx[n, c, h, w] = Σ dy over the output pixels that took their value from this pixel          (entry point `nearest`)
// dx[n, c, h, w] = Σ dy · the share that this pixel had in that output pixel                   (entry point `bilinear`)
//
// One invocation gathers four channels of one input pixel. Shares are those of resize.wgsl, by the same arithmetic.

struct Params {
  size: u32, blocks: u32, in_height: u32, in_width: u32, out_height: u32, out_width: u32,
  scale_y: f32, scale_x: f32, shift: f32,
  dy_stride: u32, dy_offset: u32, y_stride: u32, y_offset: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> dy: array<Value>;
@group(0) @binding(1) var<storage, read_write> dx: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

fn load(n: u32, row: u32, column: u32, block: u32) -> vec4f {
  return vec4f(dy[((n * params.out_height + row) * params.out_width + column) * params.dy_stride + params.dy_offset + block]);
}

@compute @workgroup_size(64)
fn nearest(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let pixel = index / params.blocks;
  let row = pixel / params.in_width;
  let n = row / params.in_height;
  // ⌊i·H/OH⌋ = h from i = ⌈h·OH/H⌉ on.
  let place = vec2u(row % params.in_height, pixel % params.in_width);
  let sides = vec2u(params.in_height, params.in_width);
  let out_sides = vec2u(params.out_height, params.out_width);
  let low = (place * out_sides + sides - 1u) / sides;
  let high = ((place + 1u) * out_sides + sides - 1u) / sides;
  var sum = vec4f();
  for (var i = low.x; i < high.x; i++) {
    for (var j = low.y; j < high.y; j++) { sum += load(n, i, j, block); }
  }
  dx[pixel * params.y_stride + params.y_offset + block] = Value(sum);
}

// The share of the pixel at `place` along one axis in the output pixel at `out`.
fn share(out: u32, place: u32, scale: f32, far: u32) -> f32 {
  let center = clamp((f32(out) + params.shift) * scale - params.shift, 0.0, f32(far));
  let low = min(u32(center), far);
  let t = center - f32(low);
  return select(0.0, 1.0 - t, place == low) + select(0.0, t, place == min(low + 1u, far));
}

// The output pixels along one axis that may lie less than a pixel from `place`, one more on each side against rounding; what lies
// outside the picture was clamped to its first and last pixel.
fn reach(place: u32, scale: f32, far: u32, outs: u32) -> vec2u {
  var low = 0u;
  var high = outs;
  if (scale > 0.0) {
    let first = (f32(place) - 1.0 + params.shift) / scale - params.shift - 1.0;
    let last = (f32(place) + 1.0 + params.shift) / scale - params.shift + 2.0;
    if (place > 0u) { low = u32(clamp(first, 0.0, f32(outs))); }
    if (place < far) { high = u32(clamp(last, 0.0, f32(outs))); }
  }
  return vec2u(low, high);
}

@compute @workgroup_size(64)
fn bilinear(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let pixel = index / params.blocks;
  let row = pixel / params.in_width;
  let n = row / params.in_height;
  let place = vec2u(row % params.in_height, pixel % params.in_width);
  let far = vec2u(params.in_height, params.in_width) - 1u;
  let rows = reach(place.x, params.scale_y, far.x, params.out_height);
  let columns = reach(place.y, params.scale_x, far.y, params.out_width);
  var sum = vec4f();
  for (var i = rows.x; i < rows.y; i++) {
    let row_share = share(i, place.x, params.scale_y, far.x);
    if (row_share == 0.0) { continue; }
    var row_sum = vec4f();
    for (var j = columns.x; j < columns.y; j++) { row_sum += load(n, i, j, block) * share(j, place.y, params.scale_x, far.y); }
    sum += row_sum * row_share;
  }
  dx[pixel * params.y_stride + params.y_offset + block] = Value(sum);
}
