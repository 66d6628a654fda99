// dweight[c, t] = Σ over output pixels p of dy[p, c] · x[pixel(p, t), c]
//
// The gradient of a depthwise convolution by its filters, in parts: one invocation takes the sums of four channels and a square of 3 × 3
// taps over one chunk of the output pixels. The parts are [chunk][t][ceil4(c)]. A chunk is some rows of the whole batch (entry point
// `main`); or, at stride 1, a strip of four columns of some rows of some pictures (`stride1`). That is walked down: six pixels of each row
// of x meet the three rows of dy that saw it, so that four results of a tap take ten loads instead of forty.

struct Params {
  size: u32, chunks: u32, rows: u32, chunk_rows: u32, strips: u32, groups: u32, batch: u32, pictures: u32, blocks: u32,
  in_height: u32, in_width: u32, out_height: u32, out_width: u32,
  kernel_height: u32, kernel_width: u32, stride_y: u32, stride_x: u32, dilation_y: u32, dilation_x: u32, pad_top: i32, pad_left: i32,
  x_stride: u32, x_offset: u32, dy_stride: u32, dy_offset: u32,
}

alias Value = vec4f;

@group(0) @binding(0) var<storage, read> x: array<Value>;
@group(0) @binding(1) var<storage, read> dy: array<Value>;
@group(0) @binding(2) var<storage, read_write> partials: array<Value>;
@group(0) @binding(3) var<uniform> params: Params;

// First vector of a row of x, and how many pixels of it there are: none in the padding.
fn row_of(n: u32, y: i32) -> vec2u {
  let clamped = clamp(y, 0, i32(params.in_height) - 1);
  let first = (n * params.in_height + u32(clamped)) * params.in_width;
  return vec2u(first * params.x_stride + params.x_offset, select(0u, params.in_width, y == clamped));
}

// The row of x under a tap.
fn row_under(row: u32, tap_y: u32) -> vec2u {
  return row_of(row / params.out_height, i32(row % params.out_height * params.stride_y + tap_y * params.dilation_y) - params.pad_top);
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

// dy at a pixel; zero from row `end` on, and past the last column.
fn load_dy(n: u32, row: u32, end: u32, column: u32, block: u32) -> vec4f {
  let pixel = (n * params.out_height + min(row, end - 1u)) * params.out_width + min(column, params.out_width - 1u);
  return select(vec4f(), vec4f(dy[pixel * params.dy_stride + params.dy_offset + block]), row < end && column < params.out_width);
}

@compute @workgroup_size(64)
fn stride1(@builtin(global_invocation_id) gid: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = gid.x + gid.y * groups.x * 64u;
  if (index >= params.size * params.chunks) { return; }
  let block = index % params.blocks;
  let across = (params.kernel_width + 2u) / 3u;
  let down = (params.kernel_height + 2u) / 3u;
  let tap_x = index / params.blocks % across * 3u;
  let tap_y = index / params.blocks / across % down * 3u;
  let chunk = index / params.size;
  let column = chunk % params.strips * 4u;
  let first = chunk / params.strips % params.groups * params.chunk_rows;
  let end = min(first + params.chunk_rows, params.out_height);
  let left = i32(column + tap_x) - params.pad_left;
  let begin = chunk / params.strips / params.groups * params.pictures;
  var a0 = vec4f(); var a1 = vec4f(); var a2 = vec4f();
  var b0 = vec4f(); var b1 = vec4f(); var b2 = vec4f();
  var c0 = vec4f(); var c1 = vec4f(); var c2 = vec4f();
  for (var n = begin; n < min(begin + params.pictures, params.batch); n++) {
    // dy one row above the one that is loaded, and two.
    var e0 = vec4f(); var e1 = vec4f(); var e2 = vec4f(); var e3 = vec4f();
    var f0 = vec4f(); var f1 = vec4f(); var f2 = vec4f(); var f3 = vec4f();
    for (var row = first; row < end + 2u; row++) {
      let line = row_of(n, i32(row + tap_y) - params.pad_top);
      let x0 = load(line, left, block);
      let x1 = load(line, left + 1, block);
      let x2 = load(line, left + 2, block);
      let x3 = load(line, left + 3, block);
      let x4 = load(line, left + 4, block);
      let x5 = load(line, left + 5, block);
      let d0 = load_dy(n, row, end, column, block);
      let d1 = load_dy(n, row, end, column + 1u, block);
      let d2 = load_dy(n, row, end, column + 2u, block);
      let d3 = load_dy(n, row, end, column + 3u, block);
      a0 += d0 * x0 + d1 * x1 + d2 * x2 + d3 * x3;
      a1 += d0 * x1 + d1 * x2 + d2 * x3 + d3 * x4;
      a2 += d0 * x2 + d1 * x3 + d2 * x4 + d3 * x5;
      b0 += e0 * x0 + e1 * x1 + e2 * x2 + e3 * x3;
      b1 += e0 * x1 + e1 * x2 + e2 * x3 + e3 * x4;
      b2 += e0 * x2 + e1 * x3 + e2 * x4 + e3 * x5;
      c0 += f0 * x0 + f1 * x1 + f2 * x2 + f3 * x3;
      c1 += f0 * x1 + f1 * x2 + f2 * x3 + f3 * x4;
      c2 += f0 * x2 + f1 * x3 + f2 * x4 + f3 * x5;
      f0 = e0; f1 = e1; f2 = e2; f3 = e3;
      e0 = d0; e1 = d1; e2 = d2; e3 = d3;
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
