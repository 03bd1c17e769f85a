/** @file A golden case: a folder with a model and what the reference computes with it (golden/README.md). */
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import { configureCheckpoint, type ConfiguredModel, type ModelDefinition } from "../model/index.js";
import { type Checkpoint, formulaCheckpoint, openCheckpoint, readConfigFiles } from "../weights/index.js";
import { GoldenError, type GoldenTensor, readDescription, readTensors } from "./files.js";

export interface GoldenCase {
  readonly name: string;
  readonly folder: string;
  readonly model: ConfiguredModel;
  /** Which implementation made the numbers. */
  readonly reference: string;
  /** Bound on the difference in f32, and where it comes from. */
  readonly tolerance: { readonly maxAbs: number; readonly reason: string };
  /** Bound on the rms difference when computed in bf16, where the case has one. */
  readonly toleranceBf16?: { readonly rms: number; readonly reason: string };
  readonly batch: number;
  readonly time: number;
  /** [batch, time], row-major. */
  readonly tokens: Int32Array;
  /** Position of each in its document, [batch, time]; negative: padding, whose outputs mean nothing. */
  readonly segmentPos: Int32Array;
  /** When given, logits hold only these entries of the vocabulary. */
  readonly logitsColumns?: Int32Array;
  /** All tensors of golden.safetensors by name. */
  readonly tensors: ReadonlyMap<string, GoldenTensor>;
  /** Names of those that the program with the logits of all positions gives as probes. */
  readonly probes: readonly string[];
  /** The weights: from the folder, or computed by formula. */
  openWeights(): Promise<Checkpoint>;
}

/** Whatever is not an input, logits or tokens, a state, or computed in bf16 too, is a probe of the model's. */
const isProbe = (name: string): boolean =>
  !/^(?:tokens|segment_pos|logits|logits_columns|generated|generated_logits|cache\..*|.*\.bf16)$/.test(name);

const caseFile = z.object({
  reference: z.string(),
  seed: z.int().default(0),
  /** By formula, or the file or folder beside it that they are in, for people: they are found by looking. */
  weights: z
    .string()
    .regex(/^(?:formula|.*\.(?:safetensors|pt|pth|bin)|orbax.*)$/, "formula, or a file or folder of weights"),
  tolerance: z.object({ max_abs: z.number().positive(), reason: z.string() }),
  tolerance_bf16: z.object({ rms: z.number().positive(), reason: z.string() }).optional(),
});

/**
 * Reads a case whole but its weights.
 * @param models those that its config.json may be of
 * @throws GoldenError; CheckpointError for its config.json and safetensors
 */
export async function openCase(folder: string, models: readonly ModelDefinition[]): Promise<GoldenCase> {
  const description = await readDescription(folder, "golden.json", caseFile);
  const model = configureCheckpoint(await readConfigFiles(folder), models);
  const path = join(folder, "golden.safetensors");
  const tensors = await readTensors(path);
  const { batch, time, tokens, segmentPos } = readInputs(tensors, path);
  const columns = tensors.get("logits_columns");
  if (!tensors.has("logits")) throw new GoldenError("logits: missing", path);
  const { reference, weights, seed, tolerance, tolerance_bf16 } = description;
  return {
    name: basename(resolve(folder)),
    folder,
    model,
    reference,
    tolerance: { maxAbs: tolerance.max_abs, reason: tolerance.reason },
    ...(tolerance_bf16 === undefined ? {} : { toleranceBf16: tolerance_bf16 }),
    batch,
    time,
    tokens,
    segmentPos,
    ...(columns?.dtype === "i32" ? { logitsColumns: columns.data } : {}),
    tensors,
    probes: [...tensors.keys()].filter(isProbe),
    openWeights: async () =>
      weights === "formula" ? formulaCheckpoint(model, seed) : openCheckpoint(folder),
  };
}

function readInputs(tensors: ReadonlyMap<string, GoldenTensor>, path: string) {
  const [tokens, segmentPos] = ["tokens", "segment_pos"].map((name) => {
    const tensor = tensors.get(name);
    if (tensor?.dtype === "i32" && tensor.shape.length === 2) return tensor;
    const got = tensor === undefined ? "nothing" : `${tensor.dtype} [${tensor.shape.join(", ")}]`;
    throw new GoldenError(`${name}: not an input`, path, { expected: "i32 [batch, time]", got });
  }) as [GoldenTensor & { dtype: "i32" }, GoldenTensor & { dtype: "i32" }];
  const [batch, time] = tokens.shape as readonly [number, number];
  if (`${tokens.shape}` !== `${segmentPos.shape}`) {
    const got = `[${segmentPos.shape.join(", ")}]`;
    throw new GoldenError("segment_pos: not the shape of tokens", path, {
      expected: `[${batch}, ${time}]`,
      got,
    });
  }
  return { batch, time, tokens: tokens.data, segmentPos: segmentPos.data };
}
