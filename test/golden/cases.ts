/** @file A golden case in memory, small enough to read. */
import type { GoldenCase, GoldenTensor } from "../../src/golden/index.js";
import { griffin } from "../../models/index.js";
import { TINY_CONFIG } from "../weights/files.js";

export const f32 = (shape: readonly number[], values: readonly number[]): GoldenTensor => ({
  dtype: "f32",
  shape,
  data: Float32Array.from(values),
});

export const i32 = (shape: readonly number[], values: readonly number[]): GoldenTensor => ({
  dtype: "i32",
  shape,
  data: Int32Array.from(values),
});

/**
 * Two rows of two tokens, the second row with one padding; vocabulary of 3, one layer of width 1, one decode
 * step. Tolerance 0.1 in f32 and rms 0.5 in bf16.
 */
export function memoryCase(extra: Readonly<Record<string, GoldenTensor>> = {}): GoldenCase {
  const tensors = {
    tokens: i32([2, 2], [2, 1, 0, 2]),
    segment_pos: i32([2, 2], [0, 1, -1, 0]),
    logits: f32([2, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 3, 2, 1]),
    "layers.0.output": f32([2, 2, 1], [10, 20, 30, 40]),
    generated: i32([2, 2], [2, 0, 0, 1]),
    generated_logits: f32([2, 1, 3], [9, 8.95, 1, 0, 5, 4]),
    ...extra,
  };
  return {
    name: "small",
    folder: "cases/small",
    model: griffin.fromCheckpoint({ where: "config.json", config: TINY_CONFIG, generation: {} }),
    reference: "by hand",
    tolerance: { maxAbs: 0.1, reason: "chosen for the test" },
    toleranceBf16: { rms: 0.5, reason: "chosen for the test too" },
    batch: 2,
    time: 2,
    tokens: Int32Array.of(2, 1, 0, 2),
    segmentPos: Int32Array.of(0, 1, -1, 0),
    tensors: new Map(Object.entries(tensors)),
    probes: ["layers.0.output"],
    openWeights: () => Promise.reject(new Error("a case in memory has no weights")),
  };
}

/** The case's own numbers under these names, some elements replaced: `{ logits: { 4: 7 } }`. */
export function computed(
  golden: GoldenCase,
  names: readonly string[],
  changes: Readonly<Record<string, Readonly<Record<number, number>>>> = {},
): Map<string, Float32Array | Int32Array> {
  const copies = names.map((name) => {
    const data = golden.tensors.get(name)!.data.slice();
    for (const [position, value] of Object.entries(changes[name] ?? {})) data[Number(position)] = value;
    return [name, data] as const;
  });
  return new Map(copies);
}
