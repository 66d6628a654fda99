/** How much memory a device's buffers take, which WebGPU itself does not tell. */

export interface BufferMeter {
  /** Of buffers that were made since and have not been destroyed. */
  bytes(): number;
}

/** Counts what a device allocates from here on. */
export function bufferMeter(gpu: Pick<GPUDevice, "createBuffer">): BufferMeter {
  let total = 0;
  const create = gpu.createBuffer.bind(gpu);
  gpu.createBuffer = (descriptor) => {
    const buffer = create(descriptor);
    const destroy = buffer.destroy.bind(buffer);
    let size = buffer.size;
    total += size;
    buffer.destroy = () => {
      total -= size;
      size = 0;
      return destroy();
    };
    return buffer;
  };
  return { bytes: () => total };
}
