/** @file For tests: tiny models with weights by formula, and their logits. */
import { griffin, type GriffinConfig } from "../../models/index.js";
import { presets } from "../../models/griffin/presets.js";
import { Model, type ModelOptions } from "../../src/engine/index.js";
import { type Client, CompileCache } from "../../src/runtime-pjrt/index.js";
import type { ProgramKey } from "../../src/serving/index.js";
import { f32FromBf16, f32FromF16 } from "../../src/support/half.js";
import { formulaCheckpoint } from "../../src/weights/index.js";
import { randomNumbers } from "../../src/testing/random-numbers.js";

/** A Griffin of three layers, width 32, a window of 8. */
export const tiny: GriffinConfig = { ...presets.tiny, dtype: "f32" };
export const tinyHawk: GriffinConfig = { ...presets["tiny-hawk"], dtype: "f32" };

/** What one file compiled serves the others. */
export const compiledInThisRun = new CompileCache();

/** The same with one block of either kind: two thirds to compile. */
export const tinier: GriffinConfig = { ...tiny, blockTypes: ["recurrent", "attention"] };

export async function loadTiny(
  client: Client,
  options: ModelOptions = {},
  config: GriffinConfig = tinier,
): Promise<Model> {
  const definition = griffin.configure(config);
  await using checkpoint = formulaCheckpoint(definition, 7);
  return await Model.load(client, definition, checkpoint, { cache: compiledInThisRun, ...options });
}

/** Token ids that follow from a seed. */
export const someTokens = (seed: number, count: number, vocab = tiny.vocabSize): number[] =>
  randomNumbers(seed, count, 0, vocab).map(Math.floor);

/** Positions 0, 1, 2 ... of documents of these lengths, one after the other; negative lengths are padding. */
export const positionsOf = (...lengths: readonly number[]): number[] =>
  lengths.flatMap((length) => Array.from({ length: Math.abs(length) }, (_, t) => (length < 0 ? -1 : t)));

/** Logits of every position, [time, vocab] per row, of a full forward over rows of one length. */
export async function forwardLogits(
  model: Model,
  tokens: readonly (readonly number[])[],
  positions: readonly (readonly number[])[] = tokens.map(({ length }) => positionsOf(length)),
): Promise<Float32Array[][]> {
  const [batch, time] = [tokens.length, tokens[0]!.length];
  const outputs = await runOnce(model, { kind: "forward", batch, time }, { tokens, positions });
  const logits = outputs.get("logits")!;
  const { vocabSize } = model.generation;
  return tokens.map((_, row) =>
    Array.from({ length: time }, (_, t) =>
      logits.slice((row * time + t) * vocabSize, (row * time + t + 1) * vocabSize),
    ),
  );
}

/** Every output of a program that needs no state. */
export async function runOnce(
  model: Model,
  key: ProgramKey,
  inputs: {
    readonly tokens: readonly (readonly number[])[];
    readonly positions: readonly (readonly number[])[];
  },
): Promise<Map<string, Float32Array>> {
  const dimensions = [key.batch, key.time];
  const upload = (rows: readonly (readonly number[])[]) =>
    model.client.toDevice({ elementType: "i32", dimensions, data: Int32Array.from(rows.flat()) });
  using tokens = await upload(inputs.tokens);
  using positions = await upload(inputs.positions);
  const buffers = new Map([
    ["tokens", tokens],
    ["segment_pos", positions],
  ]);
  const { outputs, states, probes } = await model.run(key, buffers);
  for (const state of states.values()) state.close();
  const values = new Map<string, Float32Array>();
  for (const [name, buffer] of [...outputs, ...probes]) {
    values.set(name, floatsOf(await buffer.toHost(), buffer.elementType));
    buffer.close();
  }
  return values;
}

function floatsOf(bytes: Uint8Array, element: string): Float32Array {
  const halves = () => new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  if (element === "bf16") return f32FromBf16(halves());
  if (element === "f16") return f32FromF16(halves());
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

/** The largest difference of two rows. */
export const maxDifference = (a: Float32Array, b: Float32Array): number => {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
};

/** The root of the mean of the squares of the differences. */
export const rmsDifference = (a: Float32Array, b: Float32Array): number =>
  Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length);
