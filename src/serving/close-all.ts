/** @file Closes what a run gave. */
import type { DeviceBuffer } from "../runtime-pjrt/index.js";

/** Closes every buffer; one that is closed already stays so. */
export function closeAll(buffers: Iterable<DeviceBuffer>): void {
  for (const buffer of buffers) buffer.close();
}
