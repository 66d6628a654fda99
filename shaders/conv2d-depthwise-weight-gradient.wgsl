// dweight[c, t] = Σ over output pixels p of dy[p, c] · x[pixel(p, t), c]
//
// The gradient of a depthwise convolution by its filters, in parts: one invocation takes the sums of four channels and three taps of one
// row of the kernel over one chunk of the rows of output pixels. The parts are [chunk][t][ceil4(c)].

struct Params {
  size: u32, chunks: u32, rows: u32, chunk_rows: u32, blocks: u32,
  in_height: u32, in_width: u32, out_height: u32, out_width: u32,
  kernel_height: u32, kernel_width: u32, stride_y: u32, stride_x: u32, dilation_y: u32, dilation_x: u32, pad_top: i32, pad_left: i32,
  x_stride: u32, x_offset: u32, dy_stride: u32, dy_offset: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read> dy: array<Value>;
@group(0) @binding(2) var<storage, read_write> partials: array<Value>;
@group(0) @binding(3) var<uniform> params: Params;

// x at a column of the row that starts at vector `row`; zero in the padding, which left of the picture is a large number too.
fn load(row: u32, column: i32) -> vec4f {
  let clamped = min(u32(column), params.in_width - 1u);
  return select(vec4f(), vec4f(x[row + clamped * params.x_stride]), u32(column) == clamped);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size * params.chunks) { return; }
  let block = index % params.blocks;
  let threes = (params.kernel_width + 2u) / 3u;
  let tap_x = index / params.blocks % threes * 3u;
  let tap_y = index / params.blocks / threes % params.kernel_height;
  let chunk = index / params.blocks / threes / params.kernel_height;
  let step = i32(params.dilation_x);
  let left = i32(tap_x) * step - params.pad_left;
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  let end = min((chunk + 1u) * params.chunk_rows, params.rows);
  for (var row = chunk * params.chunk_rows; row < end; row++) {
    let in_row = i32(row % params.out_height * params.stride_y + tap_y * params.dilation_y) - params.pad_top;
    if (in_row < 0 || in_row >= i32(params.in_height)) { continue; }
    let start = (row / params.out_height * params.in_height + u32(in_row)) * params.in_width * params.x_stride + params.x_offset + block;
    var at = row * params.out_width * params.dy_stride + params.dy_offset + block;
    if (params.stride_x == 1u && params.dilation_x == 1u) {
      // Neighbouring pixels share all but one input.
      var x0 = load(start, left);
      var x1 = load(start, left + 1);
      for (var pixel = 0u; pixel < params.out_width; pixel++) {
        let x2 = load(start, left + 2 + i32(pixel));
        let d = vec4f(dy[at]);
        sum0 += d * x0;
        sum1 += d * x1;
        sum2 += d * x2;
        x0 = x1;
        x1 = x2;
        at += params.dy_stride;
      }
      continue;
    }
    for (var pixel = 0u; pixel < params.out_width; pixel++) {
      let column = left + i32(pixel * params.stride_x);
      let d = vec4f(dy[at]);
      sum0 += d * load(start, column);
      sum1 += d * load(start, column + step);
      sum2 += d * load(start, column + 2 * step);
      at += params.dy_stride;
    }
  }
  let taps = params.kernel_height * params.kernel_width;
  let to = (chunk * taps + tap_y * params.kernel_width + tap_x) * params.blocks + block;
  partials[to] = Value(sum0);
  if (tap_x + 1u < params.kernel_width) { partials[to + params.blocks] = Value(sum1); }
  if (tap_x + 2u < params.kernel_width) { partials[to + 2u * params.blocks] = Value(sum2); }
}
