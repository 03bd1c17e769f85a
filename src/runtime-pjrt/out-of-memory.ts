/** @file What to do when a device has no room: wait for what is running, let go of what is forgotten, try once more. */
import type { ClientCore } from "./client-core.js";
import type { Device } from "./device.js";
import { OutOfMemoryError, UnsupportedByPluginError } from "./errors.js";

/** A device's own figures, for the error; nothing where the plugin does not count. */
function memoryLines(device: Device): readonly string[] {
  try {
    const { bytesInUse, bytesLimit, peakBytesInUse, largestFreeBlockBytes } = device.memoryStats();
    const figures = {
      "in use": bytesInUse,
      limit: bytesLimit,
      peak: peakBytesInUse,
      "largest free": largestFreeBlockBytes,
    };
    const known = Object.entries(figures).filter(([, bytes]) => bytes !== undefined);
    return [`memory of ${device}:`, ...known.map(([name, bytes]) => `  ${name}: ${bytes} bytes`)];
  } catch (error) {
    if (error instanceof UnsupportedByPluginError) return [];
    throw error;
  }
}

/**
 * Runs something that takes device memory. If there is none: waits for what is running, which may free some, and tries once more.
 * @throws OutOfMemoryError with the devices' memory statistics, if there is still no room
 */
export async function withRoom<T>(client: ClientCore, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof OutOfMemoryError)) throw error;
  }
  await client.pump.drain();
  globalThis.gc?.();
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof OutOfMemoryError)) throw error;
    throw error.withDetails(client.devices.flatMap(memoryLines));
  }
}
