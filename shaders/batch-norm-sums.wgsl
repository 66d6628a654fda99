// y[0, c] = Σ dy over n, h, w; y[1, c] = Σ dy · x̂ over n, h, w, where x̂ = (x − mean[c]) / √(variance[c] + ε)
//
// In two passes of fixed order. One invocation of `parts` adds four channels of one run of pixels, one of `total` the runs of four channels.

struct Params {
  blocks: u32, pixels: u32, part_pixels: u32, parts: u32, epsilon: f32, x_stride: u32, x_offset: u32, dy_stride: u32, dy_offset: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read> dy: array<Value>;
@group(0) @binding(2) var<storage, read> statistics: array<Value>;   // means, then variances
@group(0) @binding(3) var<storage, read> partials: array<Value>;   // [part][block][Σ dy, Σ dy · x̂]; x again in `parts`, which reads none
@group(0) @binding(4) var<storage, read_write> y: array<Value>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn parts(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.parts * params.blocks) { return; }
  let block = index % params.blocks;
  let begin = index / params.blocks * params.part_pixels;
  let end = min(begin + params.part_pixels, params.pixels);
  let mean = vec4f(statistics[block]);
  var sum = vec4f();
  var products = vec4f();
  for (var pixel = begin; pixel < end; pixel++) {
    let incoming = vec4f(dy[pixel * params.dy_stride + params.dy_offset + block]);
    sum += incoming;
    products += incoming * (vec4f(x[pixel * params.x_stride + params.x_offset + block]) - mean);
  }
  y[index * 2u] = Value(sum);
  y[index * 2u + 1u] = Value(products / sqrt(vec4f(statistics[params.blocks + block]) + params.epsilon));
}

@compute @workgroup_size(64)
fn total(@builtin(global_invocation_id) gid: vec3u) {
  let block = gid.x;
  if (block >= params.blocks) { return; }
  var sum = vec4f();
  var products = vec4f();
  for (var part = 0u; part < params.parts; part++) {
    let at = (part * params.blocks + block) * 2u;
    sum += vec4f(partials[at]);
    products += vec4f(partials[at + 1u]);
  }
  y[block] = Value(sum);
  y[params.blocks + block] = Value(products);
}
