// y = (rate, factor of the gradients, 1 if parameters change, number of the first weight with a fault or −1), (norm of the gradients, 1 if the run ends a step, 0, 0)
//
// One invocation does it all, in order. `sums` holds Σ g² and the number of faults for each weight. `phase` says whether this run ends a
// step (second element) and what the sum of gradients is multiplied by (third); `scale` is what the loss was multiplied by. The norm is
// that of the gradients as the optimiser sees them before they are clipped: factor = clip · phase / scale, clip = min(1, max / (norm + 1e-6)).

struct Params { segments: u32, max_norm: f32 }

@group(0) @binding(0) var<storage, read> rate: array<vec4f>;
@group(0) @binding(1) var<storage, read> sums: array<vec4f>;
@group(0) @binding(2) var<storage, read> phase: array<vec4f>;
@group(0) @binding(3) var<storage, read> scale: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(1)
fn main() {
  var squares = 0.0;
  var fault = -1.0;
  for (var i = params.segments; i > 0u; i--) {
    squares += sums[i - 1u].x;
    if (sums[i - 1u].y > 0.0) { fault = f32(i - 1u); }
  }
  let factor = phase[0].z / scale[0].x;
  let norm = sqrt(squares) * abs(factor);
  var clip = 1.0;
  if (params.max_norm > 0.0 && norm > 0.0) { clip = min(1.0, params.max_norm / (norm + 1e-6)); }
  let changes = phase[0].y != 0.0 && fault < 0.0;
  y[0] = vec4f(rate[0].x, factor * clip, select(0.0, 1.0, changes), fault);
  y[1] = vec4f(norm, phase[0].y, 0.0, 0.0);
}
