// scale = (factor of the loss, steps without a fault): halved after a fault, doubled after `interval` steps without one
//
// One invocation does it all. `control` holds in its fourth element the number of a weight with a fault, or −1, and in its sixth whether the
// run ends a step.

struct Params { interval: f32, largest: f32 }

@group(0) @binding(0) var<storage, read> control: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> scale: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(1)
fn main() {
  if (control[1].y == 0.0) { return; }
  let old = scale[0];
  var next = vec4f(old.x, old.y + 1.0, 0.0, 0.0);
  if (next.y >= params.interval) { next = vec4f(min(old.x * 2.0, params.largest), 0.0, 0.0, 0.0); }
  if (control[0].w >= 0.0) { next = vec4f(max(old.x * 0.5, 1.0), 0.0, 0.0, 0.0); }
  scale[0] = next;
}
