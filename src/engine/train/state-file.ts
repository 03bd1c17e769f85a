/** @file A training at rest: one file with the parameters that are trained, what the optimiser keeps, and where the data stand. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UsageError } from "../../support/errors.js";
import {
  openSafetensors,
  type SafetensorsFile,
  type StoredType,
  writeSafetensorsStream,
} from "../../weights/index.js";
import type { Trainer } from "../trainer.js";
import { type TrainingSettings, trainingSettings } from "./settings.js";
import { type TrainingWays, trainingWays } from "./ways.js";

/** Within the folder of a training. */
export const STATE_FILE = "training.safetensors";

/** The entry of the file's metadata. */
const ENTRY = "stablegriffin.training";

/** Raised when what is kept changes its meaning. */
const VERSION = 2;

const count = z.int().nonnegative();

const progressSchema = z.strictObject({
  /** Steps made. */
  step: count,
  /** Where the next batch of the data begins. */
  data: z.strictObject({ epoch: count, example: count, piece: count }),
  /** The least loss of a test, and after how many steps it was. */
  best: z.strictObject({ step: count, loss: z.number() }).optional(),
});

/** How far a training has come. */
export type TrainingProgress = Readonly<z.output<typeof progressSchema>>;

const metadataSchema = z.strictObject({
  version: z.literal(VERSION),
  settings: trainingSettings,
  ways: trainingWays.default({}),
  dataDigest: z.string(),
  evalDigest: z.string().optional(),
  progress: progressSchema,
});

/** A training that can be gone on with. Close it. */
export interface StoredTraining extends AsyncDisposable {
  readonly settings: TrainingSettings;
  readonly ways: TrainingWays;
  /** Of the data that it learns from (`DataSource.digest`). */
  readonly dataDigest: string;
  /** Of those that it was tested on, if it was. */
  readonly evalDigest?: string | undefined;
  readonly progress: TrainingProgress;
  readonly tensors: SafetensorsFile["tensors"];
}

/** Sums over the batches of a step are zeros between steps. */
export const isKept = ({ name }: { readonly name: string }): boolean => !name.startsWith("accumulated.");

/** Writes the state whole or not at all: what was there stays until the new one is complete. */
export async function writeState(
  folder: string,
  trainer: Pick<Trainer, "states" | "readBytes">,
  kept: Pick<StoredTraining, "settings" | "ways" | "dataDigest" | "evalDigest" | "progress">,
): Promise<void> {
  const tensors = trainer.states.filter(isKept).map(({ name, elementType, dimensions }) => {
    const read = () => trainer.readBytes(name);
    return [name, { dtype: elementType as StoredType, shape: dimensions, read }] as const;
  });
  const { settings, ways, dataDigest, evalDigest, progress } = kept;
  const entry = { version: VERSION, settings, ways, dataDigest, evalDigest, progress };
  const metadata = { [ENTRY]: JSON.stringify(entry) };
  await writeSafetensorsStream(join(folder, STATE_FILE), tensors, metadata);
}

/** Opens the state of a training. @throws UsageError for a folder without one, or one of another version; CheckpointError */
export async function openState(folder: string): Promise<StoredTraining> {
  const path = join(folder, STATE_FILE);
  if (!existsSync(path)) {
    throw new UsageError({
      message: "there is no training to go on with",
      expected: `${STATE_FILE}, as griffin train writes it`,
      where: folder,
    });
  }
  const file = await openSafetensors(path);
  try {
    const { version: _, ...kept } = parseMetadata(file.metadata[ENTRY], path);
    return {
      ...kept,
      tensors: file.tensors,
      [Symbol.asyncDispose]: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function parseMetadata(text: string | undefined, where: string): z.output<typeof metadataSchema> {
  try {
    return metadataSchema.parse(JSON.parse(text ?? "null"));
  } catch (cause) {
    throw new UsageError({
      message: "a training of another version, or another file",
      expected: `the entry ${ENTRY} of version ${VERSION} in its header`,
      got: cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message,
      where,
      cause,
    });
  }
}
