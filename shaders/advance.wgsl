// progress = (t, S₁, S₂, D): one step more, where the step is taken; Sᵢ = Σ βᵢʲ for j < t, D = Σ S₂ over the steps before
//
// With these 1 − βᵢᵗ = (1 − βᵢ) · Sᵢ without the cancellation of 1 − βᵢᵗ. One invocation does it all.

struct Params { beta1: f32, beta2: f32 }

@group(0) @binding(0) var<storage, read> control: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> progress: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(1)
fn main() {
  let old = progress[0];
  if (control[0].z == 0.0) { return; }
  progress[0] = vec4f(old.x + 1.0, params.beta1 * old.y + 1.0, params.beta2 * old.z + 1.0, old.w + old.z);
}
