/** @file Weights written in another file format, under the names that are usual there. */
import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { configureCheckpoint, type ConfiguredModel, type ModelDefinition } from "../model/index.js";
import { cannotRead } from "../support/cannot-read.js";
import { UsageError } from "../support/errors.js";
import { type WaitOptions, waitInSteps, WAIT_OPTIONS } from "../support/wait.js";
import {
  arrangeTensors,
  bindWeights,
  type Checkpoint,
  findOrbax,
  openWeightsAt,
  readConfigFiles,
  type StoreFormat,
  type TensorNames,
  type TensorToWrite,
  writeOrbax,
  writeSafetensorsStream,
  writeTorch,
} from "../weights/index.js";
import { type OptionNames, checkOptions } from "../support/options.js";

/** What is written how. */
export interface ConvertOptions extends WaitOptions {
  /** Those that the source may be of. */
  readonly models: readonly ModelDefinition[];
  /** Default: what the target's name says. */
  readonly to?: StoreFormat | undefined;
  /** Whether what is at the target already is replaced. */
  readonly force?: boolean | undefined;
}

export const CONVERT_OPTIONS: OptionNames<ConvertOptions> = {
  ...WAIT_OPTIONS,
  models: true,
  to: true,
  force: true,
};

/** What was written. */
export interface ConvertSummary {
  readonly from: StoreFormat;
  readonly to: StoreFormat;
  readonly tensors: number;
  readonly bytes: number;
  /** The model whose names were translated; absent when the source says none, and names stayed as they were. */
  readonly model?: string;
  /** Lines worth showing. */
  readonly warnings: readonly string[];
}

type Entries = readonly (readonly [string, TensorToWrite])[];

const WRITERS: Readonly<Record<StoreFormat, (path: string, tensors: Entries) => Promise<void>>> = {
  safetensors: writeSafetensorsStream,
  torch: writeTorch,
  orbax: (path, tensors) => writeOrbax(path, tensors, "orbax"),
  "orbax-zarr": (path, tensors) => writeOrbax(path, tensors, "orbax-zarr"),
};

/**
 * Writes the weights of a model folder, of a file, or of an orbax folder, to `target`: every number bit for bit, one tensor at a time. Where a
 * config.json says what model it is, in the folder or beside the file, tensors get the names and shapes that are usual in the target's
 * format; otherwise they keep theirs.
 * @throws CheckpointError with everything that does not fit; UsageError for a target that is there already or of no known format;
 * AbortedError between two tensors, or two parts of a large one, and the target is what it was
 */
export async function convertWeights(
  source: string,
  target: string,
  options: ConvertOptions,
): Promise<ConvertSummary> {
  checkOptions("convertWeights", options, CONVERT_OPTIONS);
  const { models, to, force = false, ...wait } = options;
  const left = waitInSteps(`writing ${target}`, wait);
  const format = to ?? formatOfName(target);
  await checkTarget(target, format, force);
  await using checkpoint = await openWeightsAt(source);
  const folder = existsSync(join(source, "config.json")) ? source : dirname(source);
  const model = existsSync(join(folder, "config.json"))
    ? configureCheckpoint(await readConfigFiles(folder), models)
    : undefined;
  const { tensors, warnings } =
    model === undefined ? asTheyAre(checkpoint) : renamed(checkpoint, model, format);
  await WRITERS[format](
    target,
    tensors.map(([name, tensor]) => [name, readAfter(left, tensor)]),
  );
  return {
    from: checkpoint.format ?? "safetensors",
    to: format,
    tensors: tensors.length,
    bytes: await bytesOf(target).catch(unreadable(target)),
    ...(model === undefined ? {} : { model: `${model.name}, ${model.summary}` }),
    warnings,
  };
}

/** A tensor before each reading of which `check` is called, which may throw. */
function readAfter(check: () => unknown, tensor: TensorToWrite): TensorToWrite {
  const { readPart } = tensor;
  return {
    ...tensor,
    read() {
      check();
      return tensor.read();
    },
    readPart:
      readPart &&
      ((begin, into) => {
        check();
        return readPart(begin, into);
      }),
  };
}

/** A folder is replaced only by one, where it is what would be written, and no model's. */
async function checkTarget(target: string, format: StoreFormat, force: boolean): Promise<void> {
  if (!existsSync(target)) return;
  if (!force) throw new UsageError({ message: `${target} is there already`, hint: "--force replaces it" });
  if (!(await stat(target).catch(unreadable(target))).isDirectory()) return;
  if (format === "safetensors" || format === "torch") {
    throw new UsageError({
      message: `${target} is a folder: it is not replaced by a file`,
      hint: "give the path of a file, or --to orbax",
    });
  }
  const isOrbax = (await findOrbax(target, 0)).length > 0;
  if (isOrbax && !existsSync(join(target, "config.json"))) return;
  throw new UsageError({
    message: `${target} is a folder, and not one that orbax wrote: it is not replaced`,
    hint: "give the path of a file, or of a folder that is not there",
  });
}

const unreadable =
  (path: string) =>
  (cause: Error): never => {
    throw cannotRead(path, cause);
  };

/** Of a file, or of all files of a folder. */
async function bytesOf(path: string): Promise<number> {
  const files = await stat(path);
  if (!files.isDirectory()) return files.size;
  const names = await readdir(path, { recursive: true });
  const all = await Promise.all(names.map((name) => stat(join(path, name))));
  return all.reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0);
}

function formatOfName(target: string): StoreFormat {
  if (target.endsWith(".safetensors")) return "safetensors";
  if (/\.(?:pt|pth)$/.test(target)) return "torch";
  if (/orbax\/?$/.test(target)) return "orbax";
  throw new UsageError({
    message: `cannot tell in which format to write ${target}`,
    expected: "a name that ends in .safetensors, .pt or orbax, or --to FORMAT",
  });
}

function asTheyAre(checkpoint: Checkpoint): { tensors: Entries; warnings: readonly string[] } {
  const tensors = [...checkpoint.tensors].map(([name, tensor]) => [name, tensor] as const);
  return {
    tensors,
    warnings: [
      ...(checkpoint.notes ?? []),
      "no config.json says what model it is: tensors keep their names and shapes",
    ],
  };
}

function renamed(
  checkpoint: Checkpoint,
  { parameters, names }: ConfiguredModel,
  format: StoreFormat,
): { tensors: Entries; warnings: readonly string[] } {
  const bound = bindWeights(checkpoint, parameters, names);
  const tensors = arrangeTensors(checkpoint.where, bound.parameters.values(), usualNames(names, format));
  return { tensors, warnings: bound.warnings };
}

/** The names of the format's usual layout; Hugging Face's where the model has no others. */
function usualNames(names: TensorNames, format: StoreFormat): TensorNames {
  if (format === "safetensors") return names;
  return names.others?.[format === "torch" ? "torch" : "flax"] ?? names;
}
