// y[n, c] = mean over h, w of x[n, c, h, w]
//
// Pixels are summed in runs of eight and the runs one after the other, so the order is fixed and rounding grows with an eighth of their
// number. Entry point `main`: one invocation averages four channels of one picture. Large maps are shared out: in `chunks` an invocation
// averages one chunk of the pixels into `y[chunk, n, c]`, and `average` averages the chunks, which it finds in `x`.

struct Params { size: u32, blocks: u32, area: u32, chunks: u32, chunk: u32, x_stride: u32, x_offset: u32 }

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

// The sum of `count` vectors, `stride` apart.
fn sum(first: u32, stride: u32, count: u32) -> vec4f {
  var total = vec4f();
  var at = first;
  for (var run = 0u; run < count / 8u; run++) {
    let a = (vec4f(x[at]) + vec4f(x[at + stride])) + (vec4f(x[at + 2u * stride]) + vec4f(x[at + 3u * stride]));
    let b = (vec4f(x[at + 4u * stride]) + vec4f(x[at + 5u * stride])) + (vec4f(x[at + 6u * stride]) + vec4f(x[at + 7u * stride]));
    total += a + b;
    at += 8u * stride;
  }
  var rest = vec4f();
  for (var i = 0u; i < count % 8u; i++) {
    rest += vec4f(x[at]);
    at += stride;
  }
  return total + rest;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let first = index / params.blocks * params.area * params.x_stride + params.x_offset + index % params.blocks;
  y[index] = Value(sum(first, params.x_stride, params.area) / f32(params.area));
}

@compute @workgroup_size(64)
fn chunks(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size * params.chunks) { return; }
  let part = index / params.size * params.chunk;
  let vector = index % params.size;
  let first = (vector / params.blocks * params.area + part) * params.x_stride + params.x_offset + vector % params.blocks;
  let count = min(params.chunk, params.area - part);
  y[index] = Value(sum(first, params.x_stride, count) / f32(count));
}

@compute @workgroup_size(64)
fn average(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let whole = params.chunks - 1u;
  let last = vec4f(x[whole * params.size + index]) * f32(params.area - whole * params.chunk);
  y[index] = Value((sum(index, params.size, whole) * f32(params.chunk) + last) / f32(params.area));
}
