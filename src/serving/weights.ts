/** @file Weights from a checkpoint to a device. */
import type { Client, DeviceBuffer } from "../runtime-pjrt/index.js";
import type { BoundParameter, FloatType } from "../weights/index.js";
import type { ModelEvent } from "./events.js";
import { closeAll } from "./program-set.js";

/** Weights on a device, by parameter path. */
export interface ResidentWeights {
  readonly buffers: ReadonlyMap<string, DeviceBuffer>;
  readonly bytes: number;
}

const BYTES: Readonly<Record<FloatType, number>> = { f32: 4, bf16: 2, f16: 2 };

/**
 * Puts weights on the client's first device, converted to `dtype`, one tensor at a time: a large model is never in host memory.
 * @throws CheckpointError for a file that cannot be read; what was put there is freed then
 */
export async function uploadWeights(
  client: Client,
  parameters: ReadonlyMap<string, BoundParameter>,
  dtype: FloatType,
  onEvent?: (event: ModelEvent) => void,
): Promise<ResidentWeights> {
  const bytesOf = ({ shape }: BoundParameter) => shape.reduce((a, b) => a * b, BYTES[dtype]);
  const totalBytes = [...parameters.values()].reduce((sum, parameter) => sum + bytesOf(parameter), 0);
  const buffers = new Map<string, DeviceBuffer>();
  let loadedBytes = 0;
  try {
    for (const [path, parameter] of parameters) {
      const data = await parameter.readAs(dtype);
      buffers.set(path, await client.toDevice({ elementType: dtype, dimensions: parameter.shape, data }));
      loadedBytes += bytesOf(parameter);
      onEvent?.({ phase: "weights", loadedBytes, totalBytes });
    }
  } catch (error) {
    closeAll(buffers.values());
    throw error;
  }
  return { buffers, bytes: totalBytes };
}
