// y[0, c] = mean of x over n, h, w; y[1, c] = mean of (x − y[0, c])² over n, h, w
//
// In two passes of fixed order. One invocation of `parts` takes the mean and variance of four channels over one run of pixels, one of
// `merge` puts those of four channels together (Chan, Golub and LeVeque 1983). Values are counted from their run's first one, and means
// from the very first one, so that nothing cancels where the mean is far above the deviation.

struct Params { blocks: u32, pixels: u32, part_pixels: u32, parts: u32, x_stride: u32, x_offset: u32 }

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read> partials: array<Value>;   // [part][block][mean, variance]; x again in `parts`, which reads none
@group(0) @binding(2) var<storage, read_write> y: array<Value>;
@group(0) @binding(3) var<uniform> params: Params;

fn load(pixel: u32, block: u32) -> vec4f {
  return vec4f(x[pixel * params.x_stride + params.x_offset + block]);
}

@compute @workgroup_size(64)
fn parts(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.parts * params.blocks) { return; }
  let block = index % params.blocks;
  let begin = index / params.blocks * params.part_pixels;
  let end = min(begin + params.part_pixels, params.pixels);
  let shift = load(begin, block);
  var sum = vec4f();
  var squares = vec4f();
  for (var pixel = begin; pixel < end; pixel++) {
    let distance = load(pixel, block) - shift;
    sum += distance;
    squares += distance * distance;
  }
  let mean = sum / f32(end - begin);
  y[index * 2u] = Value(shift - load(0u, block) + mean);
  y[index * 2u + 1u] = Value(max(squares / f32(end - begin) - mean * mean, vec4f()));
}

@compute @workgroup_size(64)
fn merge(@builtin(global_invocation_id) gid: vec3u) {
  let block = gid.x;
  if (block >= params.blocks) { return; }
  var count = 0.0;
  var mean = vec4f();
  var squares = vec4f();
  for (var part = 0u; part < params.parts; part++) {
    let size = f32(min(params.part_pixels, params.pixels - part * params.part_pixels));
    let at = (part * params.blocks + block) * 2u;
    let distance = vec4f(partials[at]) - mean;
    count += size;
    mean += distance * (size / count);
    squares += size * (vec4f(partials[at + 1u]) + distance * distance * ((count - size) / count));
  }
  y[block] = Value(load(0u, block) + mean);
  y[params.blocks + block] = Value(squares / count);
}
