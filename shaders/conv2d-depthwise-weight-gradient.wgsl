// dweight[c, t] = Σ over output pixels p of dy[p, c] · x[pixel(p, t), c]
//
// The gradient of a depthwise convolution by its filters, in parts: one invocation takes the sums of four channels and a square of 3 × 3
// taps over one chunk of the rows of output pixels. The parts are [chunk][t][ceil4(c)].

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

// First vector of the row of x under a tap, and how many pixels of it there are: none in the padding.
fn row_under(row: u32, tap_y: u32) -> vec2u {
  let y = i32(row % params.out_height * params.stride_y + tap_y * params.dilation_y) - params.pad_top;
  let clamped = clamp(y, 0, i32(params.in_height) - 1);
  let first = (row / params.out_height * params.in_height + u32(clamped)) * params.in_width;
  return vec2u(first * params.x_stride + params.x_offset, select(0u, params.in_width, y == clamped));
}

// x at a column of its row; zero in the padding, which left of the picture is a large number too.
fn load(row: vec2u, column: i32, block: u32) -> vec4f {
  let at = row.x + min(u32(column), params.in_width - 1u) * params.x_stride + block;
  return select(vec4f(), vec4f(x[at]), u32(column) < row.y);
}

fn store(chunk: u32, tap_y: u32, tap_x: u32, block: u32, sum: vec4f) {
  if (tap_y >= params.kernel_height || tap_x >= params.kernel_width) { return; }
  let tap = (chunk * params.kernel_height + tap_y) * params.kernel_width + tap_x;
  partials[tap * params.blocks + block] = Value(sum);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size * params.chunks) { return; }
  let block = index % params.blocks;
  let across = (params.kernel_width + 2u) / 3u;
  let down = (params.kernel_height + 2u) / 3u;
  let tap_x = index / params.blocks % across * 3u;
  let tap_y = index / params.blocks / across % down * 3u;
  let chunk = index / params.size;
  let step = i32(params.dilation_x);
  let left = i32(tap_x) * step - params.pad_left;
  var a0 = vec4f(); var a1 = vec4f(); var a2 = vec4f();
  var b0 = vec4f(); var b1 = vec4f(); var b2 = vec4f();
  var c0 = vec4f(); var c1 = vec4f(); var c2 = vec4f();
  let end = min((chunk + 1u) * params.chunk_rows, params.rows);
  for (var row = chunk * params.chunk_rows; row < end; row++) {
    let a = row_under(row, tap_y);
    let b = row_under(row, tap_y + 1u);
    let c = row_under(row, tap_y + 2u);
    var at = row * params.out_width * params.dy_stride + params.dy_offset + block;
    if (params.stride_x == 1u && params.dilation_x == 1u) {
      // Neighbouring pixels share all but one column of inputs.
      var x_a0 = load(a, left, block); var x_a1 = load(a, left + 1, block);
      var x_b0 = load(b, left, block); var x_b1 = load(b, left + 1, block);
      var x_c0 = load(c, left, block); var x_c1 = load(c, left + 1, block);
      for (var pixel = 0u; pixel < params.out_width; pixel++) {
        let column = left + 2 + i32(pixel);
        let d = vec4f(dy[at]);
        let x_a2 = load(a, column, block);
        let x_b2 = load(b, column, block);
        let x_c2 = load(c, column, block);
        a0 += d * x_a0; a1 += d * x_a1; a2 += d * x_a2;
        b0 += d * x_b0; b1 += d * x_b1; b2 += d * x_b2;
        c0 += d * x_c0; c1 += d * x_c1; c2 += d * x_c2;
        x_a0 = x_a1; x_a1 = x_a2;
        x_b0 = x_b1; x_b1 = x_b2;
        x_c0 = x_c1; x_c1 = x_c2;
        at += params.dy_stride;
      }
      continue;
    }
    for (var pixel = 0u; pixel < params.out_width; pixel++) {
      let column = left + i32(pixel * params.stride_x);
      let d = vec4f(dy[at]);
      a0 += d * load(a, column, block); a1 += d * load(a, column + step, block); a2 += d * load(a, column + 2 * step, block);
      b0 += d * load(b, column, block); b1 += d * load(b, column + step, block); b2 += d * load(b, column + 2 * step, block);
      c0 += d * load(c, column, block); c1 += d * load(c, column + step, block); c2 += d * load(c, column + 2 * step, block);
      at += params.dy_stride;
    }
  }
  store(chunk, tap_y, tap_x, block, a0);
  store(chunk, tap_y, tap_x + 1u, block, a1);
  store(chunk, tap_y, tap_x + 2u, block, a2);
  store(chunk, tap_y + 1u, tap_x, block, b0);
  store(chunk, tap_y + 1u, tap_x + 1u, block, b1);
  store(chunk, tap_y + 1u, tap_x + 2u, block, b2);
  store(chunk, tap_y + 2u, tap_x, block, c0);
  store(chunk, tap_y + 2u, tap_x + 1u, block, c1);
  store(chunk, tap_y + 2u, tap_x + 2u, block, c2);
}
