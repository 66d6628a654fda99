// y[n, c, i, j] = x[n, c, ⌊i·H/OH⌋, ⌊j·W/OW⌋]                                       (entry point `nearest`)
// y[n, c, i, j] = x between the four pixels around ((i + ½)·H/OH − ½, …), or around
//                 (i·(H−1)/(OH−1), …) where corners are aligned                      (entry point `bilinear`)
//
// One invocation computes four channels of one output pixel. Positions outside the picture are clamped to its edge.

struct Params {
  size: u32, blocks: u32, in_height: u32, in_width: u32, out_height: u32, out_width: u32,
  scale_y: f32, scale_x: f32, shift: f32,
  x_stride: u32, x_offset: u32, y_stride: u32, y_offset: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

fn load(n: u32, row: u32, column: u32, block: u32) -> vec4f {
  return vec4f(x[((n * params.in_height + row) * params.in_width + column) * params.x_stride + params.x_offset + block]);
}

@compute @workgroup_size(64)
fn nearest(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let pixel = index / params.blocks;
  let row = pixel / params.out_width;
  let n = row / params.out_height;
  let in_row = row % params.out_height * params.in_height / params.out_height;
  let in_column = pixel % params.out_width * params.in_width / params.out_width;
  y[pixel * params.y_stride + params.y_offset + block] = Value(load(n, in_row, in_column, block));
}

@compute @workgroup_size(64)
fn bilinear(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let pixel = index / params.blocks;
  let row = pixel / params.out_width;
  let n = row / params.out_height;
  // shift is ½ for half-pixel centres and 0 for aligned corners.
  let place = (vec2f(f32(row % params.out_height), f32(pixel % params.out_width)) + params.shift) * vec2f(params.scale_y, params.scale_x) - params.shift;
  let far = vec2u(params.in_height, params.in_width) - 1u;
  let clamped = clamp(place, vec2f(), vec2f(far));
  let low = min(vec2u(clamped), far);
  let high = min(low + 1u, far);
  let t = clamped - vec2f(low);
  let top = mix(load(n, low.x, low.y, block), load(n, low.x, high.y, block), t.y);
  let bottom = mix(load(n, high.x, low.y, block), load(n, high.x, high.y, block), t.y);
  y[pixel * params.y_stride + params.y_offset + block] = Value(mix(top, bottom, t.x));
}
