// dx[n, c, h, w] = Σ dy / (size of its window) over the windows that x[n, c, h, w] lies in: ⌊h·OH/H⌋ … ⌈(h+1)·OH/H⌉ − 1
//
// One invocation gathers four channels of one input pixel.

struct Params { size: u32, blocks: u32, in_height: u32, in_width: u32, out_height: u32, out_width: u32 }

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> dy: array<Value>;
@group(0) @binding(1) var<storage, read_write> dx: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let block = index % params.blocks;
  let pixel = index / params.blocks;
  let row = pixel / params.in_width;
  let n = row / params.in_height;
  let place = vec2u(row % params.in_height, pixel % params.in_width);
  let sides = vec2u(params.in_height, params.in_width);
  let out_sides = vec2u(params.out_height, params.out_width);
  let low = place * out_sides / sides;
  let high = ((place + 1u) * out_sides + sides - 1u) / sides;
  var sum = vec4f();
  for (var i = low.x; i < high.x; i++) {
    for (var j = low.y; j < high.y; j++) {
      let window = ((vec2u(i, j) + 1u) * sides + out_sides - 1u) / out_sides - vec2u(i, j) * sides / out_sides;
      sum += vec4f(dy[((n * params.out_height + i) * params.out_width + j) * params.blocks + block]) / f32(window.x * window.y);
    }
  }
  dx[index] = Value(sum);
}
