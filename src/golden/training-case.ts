/** @file A golden case of training: a folder with a model, batches, and what the reference makes of them (golden/README.md). */
import { basename, join, resolve } from "node:path";
import { stat } from "node:fs/promises";
import { z } from "zod";
import { configureCheckpoint, type ConfiguredModel, type ModelDefinition } from "../model/index.js";
import { type Checkpoint, openCheckpoint, readConfigFiles } from "../weights/index.js";
import { GoldenError, type GoldenTensor, readDescription, readTensors } from "./files.js";

const DESCRIPTION = "train.json";

const rate = z.number().nonnegative();
const sgdSettings = z.object({ learning_rate: rate });
/** Of AdamW, as cases write them. */
export const adamwSettings = z.object({
  learning_rate: rate,
  b1: rate,
  b2: rate,
  eps: rate,
  weight_decay: rate,
});

const bound = z.number().positive();
const caseFile = z.object({
  reference: z.string(),
  sgd: sgdSettings.optional(),
  adamw: adamwSettings.optional(),
  tolerance: z.object({
    loss: bound,
    grad: bound,
    losses_sgd: bound.optional(),
    update_sgd: bound.optional(),
    losses_adamw: bound.optional(),
    update_adamw: bound.optional(),
  }),
  reason: z.string(),
});

/** The settings of an optimiser of a case. */
export type OptimizerSettings =
  | ({ readonly name: "sgd" } & z.output<typeof sgdSettings>)
  | ({ readonly name: "adamw" } & z.output<typeof adamwSettings>);

/** An optimiser of a case, and how far off what it makes may be. */
export interface TrainedBy {
  readonly settings: OptimizerSettings;
  /** Of the losses before each update, relative to the largest. */
  readonly losses: number;
  /** Of what all updates together change, by the 2-norm. */
  readonly update: number;
}

/** Rows of tokens, each array [batch, time + 1]. */
interface CaseBatch {
  readonly tokens: Int32Array<ArrayBuffer>;
  readonly mask: Int32Array<ArrayBuffer>;
  readonly positions: Int32Array<ArrayBuffer>;
}

export interface TrainingCase {
  readonly name: string;
  readonly folder: string;
  readonly model: ConfiguredModel;
  /** Which implementation made the numbers. */
  readonly reference: string;
  /** Where the bounds come from. */
  readonly reason: string;
  /** Bounds on the first loss and on each gradient, relative, by the 2-norm. */
  readonly tolerance: { readonly loss: number; readonly grad: number };
  readonly optimizers: readonly TrainedBy[];
  readonly batch: number;
  /** Tokens of each row that are read; rows hold one more. */
  readonly time: number;
  /** One for each step. */
  readonly batches: readonly CaseBatch[];
  /** All tensors of train.safetensors by name. */
  readonly tensors: ReadonlyMap<string, GoldenTensor>;
  openWeights(): Promise<Checkpoint>;
}

/** Whether a folder holds a golden case of training. */
export const isTrainingCase = (folder: string): Promise<boolean> =>
  stat(join(folder, DESCRIPTION)).then(
    () => true,
    () => false,
  );

/**
 * Reads a case whole but its weights.
 * @param models those that its config.json may be of
 * @throws GoldenError; CheckpointError for its config.json and safetensors
 */
export async function openTrainingCase(
  folder: string,
  models: readonly ModelDefinition[],
): Promise<TrainingCase> {
  const description = await readDescription(folder, DESCRIPTION, caseFile);
  const { reference, reason, tolerance } = description;
  const model = configureCheckpoint(await readConfigFiles(folder), models);
  const path = join(folder, "train.safetensors");
  const tensors = await readTensors(path);
  return {
    name: basename(resolve(folder)),
    folder,
    model,
    reference,
    reason,
    tolerance: { loss: tolerance.loss, grad: tolerance.grad },
    optimizers: optimizersOf(description, join(folder, DESCRIPTION)),
    ...batchesOf(tensors, path),
    tensors,
    openWeights: () => openCheckpoint(folder),
  };
}

function optimizersOf(description: z.output<typeof caseFile>, path: string): readonly TrainedBy[] {
  const { sgd, adamw, tolerance } = description;
  const judged = (settings: OptimizerSettings): TrainedBy => {
    const { name } = settings;
    const [losses, update] = [tolerance[`losses_${name}`], tolerance[`update_${name}`]];
    if (losses !== undefined && update !== undefined) return { settings, losses, update };
    throw new GoldenError(`tolerance: no bounds for ${name}`, path, {
      expected: `losses_${name} and update_${name}`,
      got: Object.keys(tolerance).join(", "),
    });
  };
  return [
    ...(sgd === undefined ? [] : [judged({ name: "sgd", ...sgd })]),
    ...(adamw === undefined ? [] : [judged({ name: "adamw", ...adamw })]),
  ];
}

function batchesOf(
  tensors: ReadonlyMap<string, GoldenTensor>,
  path: string,
): Pick<TrainingCase, "batch" | "time" | "batches"> {
  const read = (name: string): GoldenTensor & { dtype: "i32" } => {
    const tensor = tensors.get(name);
    const wanted = tensors.get("tokens")?.shape;
    if (tensor?.dtype === "i32" && tensor.shape.length === 3 && `${tensor.shape}` === `${wanted}`)
      return tensor;
    const got = tensor === undefined ? "nothing" : `${tensor.dtype} [${tensor.shape.join(", ")}]`;
    const expected = "i32 [steps, batch, time + 1], alike for tokens, target_mask and segment_pos";
    throw new GoldenError(`${name}: not an input`, path, { expected, got });
  };
  const [tokens, mask, positions] = [read("tokens"), read("target_mask"), read("segment_pos")];
  const [steps, batch, width] = tokens.shape as readonly [number, number, number];
  const rows = ({ data }: { readonly data: Int32Array<ArrayBuffer> }, step: number) =>
    data.slice(step * batch * width, (step + 1) * batch * width);
  return {
    batch,
    time: width - 1,
    batches: Array.from({ length: steps }, (_, step) => ({
      tokens: rows(tokens, step),
      mask: rows(mask, step),
      positions: rows(positions, step),
    })),
  };
}
