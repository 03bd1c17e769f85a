/** @file A prepared training on a device: memory is looked at first, then weights, or what was kept of them, are put there. */
import { totalmem } from "node:os";
import type { Argument } from "../../program/index.js";
import type { Client } from "../../runtime-pjrt/index.js";
import { ifSupported } from "../../runtime-pjrt/index.js";
import { EnvironmentError, UsageError } from "../../support/errors.js";
import type { InitialBytes } from "../training-buffers.js";
import { TRAINER_OPTIONS, type TrainerOptions, type TrainingMemory } from "../training-programs.js";
import { Trainer } from "../trainer.js";
import { initialAdapter } from "./initial-values.js";
import type { PreparedTraining } from "./prepare.js";
import { optimizerOf } from "./settings.js";
import { isKept, type StoredTraining } from "./state-file.js";
import { type OptionNames, pickOptions, withoutOptions } from "../../support/options.js";

/** Options of a trainer that follow from the settings of a training, or that what is kept of it is made for: parameters that are stored in f32. */
type Settled =
  | ("optimizer" | "batch" | "time" | "accumulate" | "clipNorm" | "dtype" | "keep")
  | ("trains" | "adapters" | "initial" | "stored");

/** How programs are compiled, and how much they may take. */
export interface StartOptions extends Omit<TrainerOptions, Settled> {
  /** Bytes. Default: what the device has free; of a processor, what the machine may use. */
  readonly memoryLimit?: number | undefined;
}

export const START_OPTIONS: OptionNames<StartOptions> = {
  ...withoutOptions(
    TRAINER_OPTIONS,
    ...(["optimizer", "batch", "time", "accumulate", "clipNorm", "dtype", "keep"] as const),
    ...(["trains", "adapters", "initial", "stored"] as const),
  ),
  memoryLimit: true,
};

/** @throws EnvironmentError for too little memory; UsageError for a state of another model; what Trainer.start throws */
export async function startTrainer(
  client: Client,
  prepared: PreparedTraining,
  options: StartOptions,
): Promise<{ readonly trainer: Trainer; readonly memory: TrainingMemory }> {
  const { settings, model, lora, adapters, checkpoint, trains, stored } = prepared;
  const { batch, length: time, accumulate, clip: clipNorm, dtype, remat: keep } = settings;
  const { memoryLimit = memoryOf(client), ...rest } = pickOptions(options, START_OPTIONS);
  let memory: TrainingMemory | undefined;
  const trainer = await Trainer.start(client, lora?.model ?? model, checkpoint, {
    ...rest,
    ...{ batch, time, accumulate, clipNorm, dtype, keep, trains, adapters },
    optimizer: optimizerOf(settings),
    initial: initialOf(prepared, stored),
    onPlanned: (planned) => {
      memory = planned;
      checkMemory(planned, memoryLimit);
      options.onPlanned?.(planned);
    },
  });
  return { trainer, memory: memory! };
}

/** What is neither in the checkpoint nor zeros: the state that was kept, adapters. */
function initialOf(
  { adapters, settings: { seed } }: PreparedTraining,
  stored: StoredTraining | undefined,
): InitialBytes {
  const drawn = new Map(adapters.map((adapter) => [adapter.path, adapter]));
  return (argument) => {
    const kept = stored?.tensors.get(argument.name);
    if (kept !== undefined) return checkAlike(argument, kept).read();
    if (stored !== undefined && argument.role === "state" && isKept(argument))
      throw lost(argument, "nothing");
    const adapter = drawn.get(argument.name);
    return adapter && Promise.resolve(initialAdapter(adapter, seed));
  };
}

type StoredTensor = NonNullable<ReturnType<StoredTraining["tensors"]["get"]>>;

function checkAlike(argument: Argument, kept: StoredTensor): StoredTensor {
  if (kept.dtype === argument.elementType && `${kept.shape}` === `${argument.dimensions}`) return kept;
  throw lost(argument, `${kept.dtype} [${kept.shape.join(", ")}]`);
}

const lost = ({ name, elementType, dimensions }: Argument, got: string): UsageError =>
  new UsageError({
    message: `the training that was kept is of another model: ${name}`,
    expected: `${elementType} [${dimensions.join(", ")}]`,
    got,
  });

/** Bytes that a device has free, or that a machine may use at all; undefined where the plugin does not tell. */
function memoryOf(client: Client): number | undefined {
  if (client.isHost) return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  const stats = ifSupported(() => client.devices[0]!.memoryStats());
  return stats?.bytesLimit === undefined ? undefined : stats.bytesLimit - stats.bytesInUse;
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toPrecision(3)} GB`;

function checkMemory(
  { trained, optimizer, frozen, temporaries, total }: TrainingMemory,
  limit: number | undefined,
): void {
  if (limit === undefined || total <= limit) return;
  throw new EnvironmentError({
    message: "the training does not fit into memory",
    expected: `at most ${gigabytes(limit)}`,
    got: `${gigabytes(total)}: parameters ${gigabytes(trained + frozen)}, optimiser ${gigabytes(optimizer)}, temporaries ${gigabytes(temporaries)}`,
    hint: "a smaller --batch with --accumulate, a shorter --length, --optimizer adafactor or sgd, or --lora-rank takes less",
  });
}
