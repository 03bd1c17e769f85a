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

/** A row of a step's results. */
export interface ResultRow {
  readonly results: StepResults;
  readonly row: number;
}

/** `into`, with a row of others in the place of its own; it is used up, also when it fails. @throws PjrtError */
export async function placeResults(
  tensors: DeviceTensors,
  { results: into, row }: ResultRow,
  { results: from, row: fromRow }: ResultRow,
): Promise<StepResults> {
  const [target, source]: Tensors[] = [into, from].map((results) => new Map(Object.entries(results)));
  try {
    const placed = await tensors.place(
      { tensors: target!, row },
      { tensors: source!, row: fromRow },
      RESULT_AXES,
    );
    return { logits: placed.get("logits")!, next: placed.get("next")! };
  } catch (error) {
    closeResults(into);
    throw error;
  }
}

/** `before`, with some rows of `after` in their places. Both are used up, also when it fails. @throws PjrtError */
export async function mergeResults(
  tensors: DeviceTensors,
  before: StepResults,
  after: StepResults,
  rows: readonly number[],
): Promise<StepResults> {
  let merged = before;
  try {
    for (const row of rows)
      merged = await placeResults(tensors, { results: merged, row }, { results: after, row });
    return merged;
  } finally {
    closeResults(after);
  }
}

/** Rows of `width` f32 from bytes. */
export function rowsOf(bytes: Uint8Array, width: number): Float32Array[] {
  const all = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  return Array.from({ length: all.length / width }, (_, row) => all.slice(row * width, (row + 1) * width));
}
