/** @file What one run of a batch gives, and its rows. */
import type { DeviceBuffer } from "../runtime-pjrt/index.js";
import { closeAll } from "./close-all.js";
import type { DeviceTensors, Tensors } from "./device-tensors.js";

/** What one run gave, on the device; its contents may still be on their way. The caller closes both. */
export interface StepResults {
  /** [batch, vocab] f32, of each sequence's next token. */
  readonly logits: DeviceBuffer;
  /** [batch, 1] i32, the best token of each; -1 where the logits are not finite. */
  readonly next: DeviceBuffer;
}

/** Frees both; results that are freed already stay so. */
export const closeResults = ({ logits, next }: StepResults): void => closeAll([logits, next]);

/** Rows of a step's results. */
const RESULT_AXES = new Map([
  ["logits", 0],
  ["next", 0],
]);

/** `before`, with some rows of `after` in their places. Both are used up, also when it fails. @throws PjrtError */
export async function mergeResults(
  tensors: DeviceTensors,
  before: StepResults,
  after: StepResults,
  rows: readonly number[],
): Promise<StepResults> {
  const from = new Map(Object.entries(after));
  let merged: Tensors = new Map(Object.entries(before));
  try {
    for (const row of rows)
      merged = await tensors.place({ tensors: merged, row }, { tensors: from, row }, RESULT_AXES);
    return { logits: merged.get("logits")!, next: merged.get("next")! };
  } catch (error) {
    closeAll(merged.values());
    throw error;
  } finally {
    closeResults(after);
  }
}

/** Rows of `width` f32 from bytes. */
export function rowsOf(bytes: Uint8Array, width: number): Float32Array[] {
  const all = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  return Array.from({ length: all.length / width }, (_, row) => all.slice(row * width, (row + 1) * width));
}
