/** @file Runs the model on a golden case and has the numbers judged: logits of all positions and probes, then greedy steps. */
import { type CaseReport, checkCase, type GoldenCase, GoldenError, toleranceOf } from "../golden/index.js";
import type { Client, DeviceBuffer } from "../runtime-pjrt/index.js";
import {
  decodingProgram,
  DEFAULT_CHUNK,
  describeProgram,
  type ProgramKey,
  readingPrograms,
  Session,
} from "../serving/index.js";
import { UsageError } from "../support/errors.js";
import { f32FromBf16 } from "../support/half.js";
import { longestOf } from "../support/longest.js";
import { checkNotAborted } from "../support/wait.js";
import { resolveTarget, type TargetLike } from "../targets/index.js";
import { Family } from "./family.js";
import type { LoweredProgram } from "./lowered-program.js";
import { Model, type ModelOptions, MODEL_OPTIONS } from "./model.js";
import { type OptionNames, checkOptions } from "../support/options.js";
import { loweringOf } from "../targets/options.js";

export interface GoldenOptions extends ModelOptions {
  readonly dtype: "f32" | "bf16";
  /** Also read the prompt in chunks of this many tokens and compare what follows. */
  readonly chunk?: number | undefined;
}

export const GOLDEN_OPTIONS: OptionNames<GoldenOptions> = {
  ...MODEL_OPTIONS,
  dtype: true,
  chunk: true,
};

type Computed = Map<string, Float32Array | Int32Array>;

/**
 * Computes every tensor of a case that the model can and compares.
 * @param lowered what `goldenPrograms` gave for this client and these options, where it is at hand: it is not lowered again
 * @throws GriffinError when the case cannot be run; AbortedError
 */
export async function checkGoldenCase(
  client: Client,
  golden: GoldenCase,
  options: GoldenOptions,
  lowered: readonly LoweredProgram[] = [],
): Promise<CaseReport> {
  checkOptions("checkGoldenCase", options, GOLDEN_OPTIONS);
  // A case without one is refused before anything is computed.
  toleranceOf(golden, options.dtype);
  await using checkpoint = await golden.openWeights();
  const programs = programsOf(golden, options);
  const known = new Map(lowered.map((program, i) => [describeProgram(programs[i]!), program]));
  const { chunk: _, ...rest } = options;
  const modelOptions = {
    ...rest,
    precision: precisionOf(options),
    programs,
    lowered: (key: ProgramKey) => known.get(describeProgram(key)),
  };
  using model = await Model.load(client, golden.model, checkpoint, modelOptions);
  const computed: Computed = new Map();
  checkNotAborted(`golden case ${golden.name}`, options);
  await forward(model, golden, computed);
  if (hasSteps(golden)) await steps(model, golden, computed, options);
  return checkCase(golden, computed, options.dtype);
}

/**
 * Every program that a check of the case runs on a device (a client, or what its platform is called), lowered as it lowers them: checks
 * whose programs and chunks are the same compute the same. @throws UsageError for a case that cannot be checked, an unknown target or strategy
 */
export function goldenPrograms(
  device: TargetLike,
  golden: GoldenCase,
  options: GoldenOptions,
): readonly LoweredProgram[] {
  checkOptions("goldenPrograms", options, GOLDEN_OPTIONS);
  const { target } = resolveTarget(options.target ?? device, options.extensions);
  const { dtype } = options;
  const family = new Family({ ...loweringOf(options), target, precision: precisionOf(options) });
  return family.lower(programsOf(golden, options).map((key) => golden.model.program({ ...key, dtype })));
}

/** The reference computed f32 products in f32; what a GPU or TPU does by default is off by a hundred times the bounds. */
const precisionOf = ({ precision, dtype }: GoldenOptions) =>
  precision ?? (dtype === "f32" ? ("highest" as const) : undefined);

/** Whether the case holds what greedy steps are compared with. */
const hasSteps = ({ tensors }: GoldenCase): boolean =>
  tensors.has("generated_logits") && tensors.get("generated")?.dtype === "i32";

/** All programs that a check runs. */
function programsOf(golden: GoldenCase, { chunk = DEFAULT_CHUNK }: GoldenOptions): readonly ProgramKey[] {
  const all = forwardProgram(golden);
  if (!hasSteps(golden)) return [all];
  const { batch, model } = golden;
  const { generation } = model;
  const longest = longestOf(promptsOf(golden));
  const reading = readingPrograms(generation, { batch, chunk }, longest);
  return [all, ...reading, decodingProgram(generation, batch)];
}

/** The program of the logits of all positions. @throws UsageError for a model that has none */
function forwardProgram({ model, batch, time, name }: GoldenCase): ProgramKey {
  const kind = model.generation.programs.forward;
  if (kind !== undefined) return { kind, batch, time, probes: true };
  throw new UsageError({
    message: `golden case ${name} cannot be checked`,
    expected:
      "a model with a program that gives the logits of all positions from nothing (generation.programs.forward)",
    got: Object.keys(model.kinds).join(", "),
  });
}

async function hostFloats(buffer: DeviceBuffer): Promise<Float32Array> {
  const bytes = await buffer.toHost();
  buffer.close();
  if (buffer.elementType === "f32")
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  return f32FromBf16(new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2));
}

/** Logits of all positions, and the probes that the case holds. */
async function forward(model: Model, golden: GoldenCase, computed: Computed): Promise<void> {
  const { batch, time } = golden;
  const { client, generation } = model;
  const { inputs: names, outputs: results } = generation;
  const upload = (data: Int32Array) =>
    client.toDevice({ elementType: "i32", dimensions: [batch, time], data: Int32Array.from(data) });
  using tokens = await upload(golden.tokens);
  using positions = await upload(golden.segmentPos);
  const inputs = new Map([
    [names.tokens, tokens],
    [names.positions, positions],
  ]);
  const { outputs, probes } = await model.run(forwardProgram(golden), inputs);
  computed.set("logits", pickColumns(await hostFloats(outputs.get(results.logits)!), model, golden));
  for (const [name, buffer] of probes) {
    const values = await hostFloats(buffer);
    if (golden.probes.includes(name)) computed.set(name, values);
  }
  const unknown = golden.probes.filter((name) => !probes.has(name));
  if (unknown.length === 0) return;
  throw new GoldenError(`${unknown.join(", ")}: the model has no such probe`, golden.folder, {
    expected: [...probes.keys()].join(", ") || "no probes: the model names none",
  });
}

/** The columns of the vocabulary that the case holds. */
function pickColumns(
  logits: Float32Array,
  { generation: { vocabSize } }: Model,
  { logitsColumns }: GoldenCase,
): Float32Array {
  if (logitsColumns === undefined) return logits;
  const rows = logits.length / vocabSize;
  const picked = new Float32Array(rows * logitsColumns.length);
  for (let row = 0; row < rows; row++) {
    logitsColumns.forEach((column, i) => {
      picked[row * logitsColumns.length + i] = logits[row * vocabSize + column]!;
    });
  }
  return picked;
}

/** The prompt read in chunks, then the reference's own greedy tokens fed in one by one. */
async function steps(
  model: Model,
  golden: GoldenCase,
  computed: Computed,
  options: GoldenOptions,
): Promise<void> {
  const expected = golden.tensors.get("generated")!;
  const { batch } = golden;
  const count = expected.shape[1]! - 1;
  using session = new Session(model, batch, { chunk: options.chunk });
  const wait = { signal: options.signal };
  let logits = await session.prefill(promptsOf(golden), wait);
  const best = new Int32Array(batch * (count + 1));
  const all: Float32Array[][] = [];
  for (let step = 0; step <= count; step++) {
    logits.forEach((row, i) => {
      best[i * (count + 1) + step] = argmax(row);
    });
    if (step === count) break;
    const tokens = Array.from({ length: batch }, (_, row) => expected.data[row * (count + 1) + step]!);
    logits = await session.decode(tokens, wait);
    all.push(logits.map((row) => pickColumns(row, model, golden)));
  }
  const width = all[0]?.[0]?.length ?? 0;
  const generated = new Float32Array(batch * count * width);
  all.forEach((rows, step) => {
    for (const [i, row] of rows.entries()) generated.set(row, (i * count + step) * width);
  });
  computed.set("generated", best);
  computed.set("generated_logits", generated);
}

/** The real tokens of each row: left padding has negative positions. */
function promptsOf({ batch, time, tokens, segmentPos }: GoldenCase): readonly (readonly number[])[] {
  return Array.from({ length: batch }, (_, row) => {
    const from = row * time;
    return Array.from(tokens.subarray(from, from + time)).filter((_token, t) => segmentPos[from + t]! >= 0);
  });
}

const argmax = (row: Float32Array): number =>
  row.reduce((best, value, i) => (value > row[best]! ? i : best), 0);
