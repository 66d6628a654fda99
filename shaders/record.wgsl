// entries[count % capacity] = (loss, norm of the gradients, number of the first weight with a fault or −1, rate), count += 1
//
// One invocation writes one entry. The first vector holds the count, the entries follow.

struct Params { capacity: u32 }

@group(0) @binding(0) var<storage, read> loss: array<vec4f>;
@group(0) @binding(1) var<storage, read> control: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> entries: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(1)
fn main() {
  let count = u32(entries[0].x);
  entries[1u + count % params.capacity] = vec4f(loss[0].x, control[1].x, control[0].w, control[0].x);
  entries[0] = vec4f(f32(count + 1u), 0.0, 0.0, 0.0);
}
