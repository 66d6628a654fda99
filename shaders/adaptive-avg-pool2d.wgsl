// y[n, c, i, j] = mean of x over rows ⌊i·H/OH⌋ … ⌈(i+1)·H/OH⌉ − 1 and columns likewise
//
// Windows overlap where OH does not divide H, and repeat where it is larger. One invocation computes four channels of one output pixel.

struct Params { size: u32, blocks: u32, in_height: u32, in_width: u32, out_height: u32, out_width: u32 }

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let pixel = index / params.blocks;
  let row = pixel / params.out_width;
  let n = row / params.out_height;
  let place = vec2u(row % params.out_height, pixel % params.out_width);
  let sides = vec2u(params.in_height, params.in_width);
  let out_sides = vec2u(params.out_height, params.out_width);
  let low = place * sides / out_sides;
  let high = ((place + 1u) * sides + out_sides - 1u) / out_sides;
  var sum = vec4f();
  for (var in_row = low.x; in_row < high.x; in_row++) {
    for (var in_column = low.y; in_column < high.y; in_column++) {
      sum += vec4f(x[((n * params.in_height + in_row) * params.in_width + in_column) * params.blocks + block]);
    }
  }
  y[index] = Value(sum / f32((high.x - low.x) * (high.y - low.y)));
}
