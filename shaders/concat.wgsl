// y at (n + n0, c + c0, h + h0, w + w0) = x[n, c, h, w]
//
// Copies one of the values that are laid side by side; one launch a value. Where the first channel is a multiple of four (`vectors`), one
// invocation copies a vector; elsewhere (`elements`) it copies one channel, and the last value also clears the pad lanes behind it.

struct Params {
  size: u32, blocks: u32, height: u32, width: u32, lanes: u32, channels: u32,
  out_height: u32, out_width: u32, start_n: u32, start_c: u32, start_h: u32, start_w: u32, y_stride: u32, y_offset: u32,
}

alias Value = vec4f;
alias Scalar = f32;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read_write> y: array<Value>;
@group(0) @binding(2) var<uniform> params: Params;

fn out_pixel(pixel: u32) -> u32 {
  let w = pixel % params.width + params.start_w;
  let h = pixel / params.width % params.height + params.start_h;
  let n = pixel / params.width / params.height + params.start_n;
  return (n * params.out_height + h) * params.out_width + w;
}

@compute @workgroup_size(64)
fn vectors(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  y[out_pixel(index / params.blocks) * params.y_stride + params.y_offset + params.start_c / 4u + index % params.blocks] = x[index];
}

@group(0) @binding(0) var<storage, read> x_elements: array<Scalar>;
@group(0) @binding(1) var<storage, read_write> y_elements: array<Scalar>;

@compute @workgroup_size(64)
fn elements(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size) { return; }
  let c = index % params.lanes;
  let pixel = index / params.lanes;
  let value = select(Scalar(), x_elements[pixel * params.blocks * 4u + min(c, params.blocks * 4u - 1u)], c < params.channels);
  y_elements[(out_pixel(pixel) * params.y_stride + params.y_offset) * 4u + params.start_c + c] = value;
}
