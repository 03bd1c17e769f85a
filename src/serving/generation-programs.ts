/** @file Which programs a generation needs: the one place that says it, for sessions, for those who compile ahead, and for exports. */
import { planChunks, shortLengths } from "./chunks.js";
import type { LanguageModel } from "./language-model.js";
import type { ProgramKey } from "./program-set.js";

/** Sequences side by side, and the longest chunk in which their prompts are read, in tokens. */
export interface BatchShape {
  readonly batch: number;
  readonly chunk: number;
}

/** The programs that read prompts, of which the longest has `tokens` tokens, in the order in which they run. */
export function readingPrograms(
  { programs }: LanguageModel,
  { batch, chunk }: BatchShape,
  tokens: number,
): readonly ProgramKey[] {
  return planChunks(tokens, chunk).map((time, i) => ({
    kind: i === 0 ? programs.prefill : programs.extend,
    batch,
    time,
  }));
}

/** The program that reads one token of each sequence. */
export const decodingProgram = ({ programs }: LanguageModel, batch: number): ProgramKey => ({
  kind: programs.decode,
  batch,
  time: 1,
});

/**
 * The programs that sessions of a shape cannot do without, and one that reads what follows in short pieces: a program costs an artifact of nine
 * layers 80 kB. `score` as well where it is asked for and the model has one.
 */
export function sessionPrograms(
  model: LanguageModel,
  shape: BatchShape,
  { score = false }: { readonly score?: boolean | undefined } = {},
): readonly ProgramKey[] {
  const { batch, chunk } = shape;
  const { programs } = model;
  const lengths = [...shortLengths(chunk), chunk];
  return [
    ...lengths.map((time) => ({ kind: programs.prefill, batch, time })),
    ...[...new Set([lengths[0]!, chunk])].map((time) => ({ kind: programs.extend, batch, time })),
    decodingProgram(model, batch),
    ...(score && programs.score !== undefined ? [{ kind: programs.score, batch, time: chunk }] : []),
  ];
}
