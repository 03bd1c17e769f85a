/** @file A golden case of fine-tuning: examples as text, and the losses of a whole training on them (golden/README.md). */
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import { configureCheckpoint, type ConfiguredModel, type ModelDefinition } from "../model/index.js";
import { type Checkpoint, openCheckpoint, readConfigFiles } from "../weights/index.js";
import { readLimited } from "../support/read-limited.js";
import { type GoldenTensor, LONGEST_DESCRIPTION, readDescription, readTensors } from "./files.js";
import { adamwSettings } from "./training-case.js";

const DESCRIPTION = "train.json";

const bound = z.number().positive();
const caseFile = z.object({
  reference: z.string(),
  /** Folder of the model, from that of the case. */
  checkpoint: z.string(),
  batch: z.int().positive(),
  /** Of a row, with the last one, which is only predicted. */
  tokens: z.int().min(2),
  steps: z.int().positive(),
  adamw: adamwSettings,
  tolerance: z.object({ losses: bound, losses_bf16: bound.optional(), update: bound }),
  reason: z.string().default("as the case says"),
});

/** Everything of a case but what is to be computed. */
export interface FineTuningCase {
  readonly name: string;
  readonly folder: string;
  /** Folder of the model that is trained, with its tokenizer. */
  readonly modelFolder: string;
  readonly model: ConfiguredModel;
  readonly reference: string;
  readonly reason: string;
  readonly batch: number;
  readonly tokens: number;
  readonly steps: number;
  readonly adamw: z.output<typeof adamwSettings>;
  readonly tolerance: {
    /** Of losses and of tests, relative to the largest. */
    readonly losses: number;
    readonly lossesBf16: number | undefined;
    /** Of what all steps change, by the 2-norm; f32 only. */
    readonly update: number;
  };
  /** Files of examples: learnt in their order, and tested on before and after. */
  readonly train: string;
  readonly eval: string;
  readonly tensors: ReadonlyMap<string, GoldenTensor>;
  openWeights(): Promise<Checkpoint>;
}

/** Whether a folder of a case of training is one of fine-tuning: its description names a checkpoint. */
export async function isFineTuningCase(folder: string): Promise<boolean> {
  const file = await readLimited(join(folder, DESCRIPTION), LONGEST_DESCRIPTION);
  return "bytes" in file && /"checkpoint"\s*:/.test(file.bytes.toString("utf8"));
}

/** Reads a case whole but its weights and examples. @throws GoldenError; CheckpointError for the model's config.json and safetensors */
export async function openFineTuningCase(
  folder: string,
  models: readonly ModelDefinition[],
): Promise<FineTuningCase> {
  const description = await readDescription(folder, DESCRIPTION, caseFile);
  const { checkpoint, tolerance, ...rest } = description;
  const modelFolder = join(folder, checkpoint);
  return {
    ...rest,
    name: basename(resolve(folder)),
    folder,
    modelFolder,
    model: configureCheckpoint(await readConfigFiles(modelFolder), models),
    tolerance: { losses: tolerance.losses, lossesBf16: tolerance.losses_bf16, update: tolerance.update },
    train: join(folder, "train.jsonl"),
    eval: join(folder, "eval.jsonl"),
    tensors: await readTensors(join(folder, "train.safetensors")),
    openWeights: () => openCheckpoint(modelFolder),
  };
}
