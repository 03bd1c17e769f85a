/** @file For tests: programs as `griffin export` writes them, of small models, in the dtypes and batches that matter. */
import { griffin } from "../../models/index.js";
import { presets } from "../../models/griffin/presets.js";
import { type ExportedProgram, exportPrograms } from "../../src/engine/export-programs.js";
import type { ComputeDType } from "../../src/weights/index.js";

const models: readonly (readonly [keyof typeof presets, ComputeDType, number])[] = [
  ["tiny", "f32", 1],
  ["tiny", "bf16", 2],
  ["tiny-hawk", "f32", 2],
];

/**
 * Of each model a preparation, readings of a prompt's and a turn's pieces of 16 and 64 tokens, decode and score; six that draw; and a loop of
 * the best tokens.
 */
export const PROGRAM_COUNT = 3 * (1 + 2 + 2 + 2) + 6 + 1;

/** Every program of every such model, `tiny f32 prefill_1x16`, for a target; those that draw tokens, which are of no model, once. */
export async function exportedPrograms(
  target: string,
): Promise<readonly (readonly [string, ExportedProgram])[]> {
  const all = models.map(async ([preset, dtype, batch], i) => {
    const programs = await exportPrograms({
      ...{ target, dtype, batch, chunk: 64, score: true, samplers: i === 0, tokensPerCall: i === 2 ? 4 : 1 },
      model: griffin.configure({ ...presets[preset], dtype }),
    });
    return programs.map((program) => [`${preset} ${dtype} ${program.content.name}`, program] as const);
  });
  return (await Promise.all(all)).flat();
}
