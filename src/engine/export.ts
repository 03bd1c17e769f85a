/** @file A model exported: lowered, written as an artifact, and compiled if asked for. */
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import {
  type ArtifactContent,
  checkTarget,
  describeMissingWeights,
  describeWeights,
  SigningKey,
  type DescribedWeights,
  type WriteOptions,
  writeArtifact,
  type WrittenFile,
} from "../artifact/index.js";
import { statedPrecision } from "../ir/precision.js";
import { configureCheckpoint, type ConfiguredModel, type ModelDefinition } from "../model/index.js";
import { keyFolder } from "../runtime-pjrt/index.js";
import { cannotWrite, UsageError } from "../support/errors.js";
import { MachineKey, machineKey } from "../support/machine-key.js";
import { type WaitOptions, waitInSteps } from "../support/wait.js";
import { makeWorkFolder } from "../support/work-folder.js";
import { defaultTarget, resolveTarget } from "../targets/index.js";
import { TOKENIZER_FILES } from "../tokens/index.js";
import { type ComputeDType, hasWeights, openCheckpoint, readConfigFiles } from "../weights/index.js";
import { withCapacity } from "./capacity.js";
import { convertWeights } from "./convert.js";
import { compileExported, type ExportCompiler } from "./export-compile.js";
import {
  type ExportedProgram,
  type ExportedPrograms,
  exportPrograms,
  EXPORTED_PROGRAMS,
} from "./export-programs.js";
import { checkLowering } from "./lowered-program.js";
import { type OptionNames, checkOptions, withoutOptions, pickOptions } from "../support/options.js";
import { PLACE_OPTIONS } from "../artifact/write.js";
import { loweringOf } from "../targets/options.js";

/** What is exported: a model folder, or a configuration without weights and text. */
export type ExportSource =
  | { readonly folder: string; readonly models: readonly ModelDefinition[] }
  | { readonly name: string; readonly model: ConfiguredModel };

/** What happens meanwhile, for a progress line; `bytes` of the file that is being written. */
export type ExportEvent =
  | { readonly phase: "lower" | "compile"; readonly program: string }
  | { readonly phase: "write"; readonly path: string; readonly bytes: number };

export interface ExportOptions
  extends Omit<ExportedPrograms, "model" | "dtype" | "batch" | "chunk">,
    Pick<WriteOptions, "zip" | "force"> {
  /** Computed in, and what weights are converted to. Default: what the configuration says. */
  readonly dtype?: ComputeDType | undefined;
  /** Sequences side by side; default 1. */
  readonly batch?: number | undefined;
  /** Tokens that a sequence may have, where caches grow. Default: all that the model holds. */
  readonly capacity?: number | undefined;
  /** Default 256. */
  readonly chunk?: number | undefined;
  /** Whether the weights' files are copied (default: named where they are); those of other formats become safetensors. */
  readonly withWeights?: boolean | undefined;
  /** Where the programs are compiled too, so that their executables are stored. */
  readonly compiler?: ExportCompiler | undefined;
  /** File of an Ed25519 private key (PEM) that signs the manifest. */
  readonly sign?: string | undefined;
  /** Where the key of this machine lies, which seals executables. Default: `trust` in the cache folder. */
  readonly keyFolder?: string | undefined;
  /** Versions of tools to note, by name. */
  readonly tools?: Readonly<Record<string, string>> | undefined;
  readonly onEvent?: ((event: ExportEvent) => void) | undefined;
}

export const EXPORT_OPTIONS: OptionNames<ExportOptions> = {
  ...withoutOptions(EXPORTED_PROGRAMS, "model", "dtype", "batch", "chunk"),
  ...pickOptions(PLACE_OPTIONS, { zip: true, force: true }),
  dtype: true,
  batch: true,
  capacity: true,
  chunk: true,
  withWeights: true,
  compiler: true,
  sign: true,
  keyFolder: true,
  tools: true,
  onEvent: true,
};

/** What was exported. */
export interface ExportSummary {
  readonly programs: readonly ExportedProgram["content"][];
  /** The largest first. */
  readonly files: readonly WrittenFile[];
  /** Lines worth showing, e.g. why executables are not sealed. */
  readonly warnings: readonly string[];
}

/**
 * Exports a model as an artifact at `path`, which holds what it held before until the new one is whole.
 * @throws CheckpointError for a model folder with faults; UsageError when `path` is not to be replaced; see exportPrograms and
 * compileExported for more; AbortedError by `signal` or after `timeoutMs`: nothing is left of what was begun
 */
export async function exportModel(
  source: ExportSource,
  path: string,
  options: ExportOptions = {},
): Promise<ExportSummary> {
  checkOptions("exportModel", options, EXPORT_OPTIONS);
  const { zip = false, force = false, batch = 1, chunk = 256, compiler, onEvent } = options;
  const left = waitInSteps(`exporting to ${path}`, options);
  const target = resolveTarget(options.target ?? devicesOf(compiler) ?? defaultTarget, options.extensions);
  await checkTarget(path, { zip, force });
  const signing = options.sign === undefined ? undefined : await SigningKey.read(options.sign);
  checkLowering({ ...loweringOf(options), target: target.target });
  await using read = await readSource(source, {
    capacity: options.capacity,
    copiesIn: options.withWeights === true ? dirname(resolve(path)) : undefined,
    wait: left(),
  });
  const { name, model, weights, tokenizer } = read;
  if (options.withWeights === true && weights.files.length === 0) {
    throw new UsageError({
      message: `${name} has no weights to copy`,
      hint: "leave out --with-weights: an artifact without weights says which it needs",
    });
  }
  const dtype = options.dtype ?? model.dtype;
  const programs = await exportPrograms(
    { ...options, ...left(), target: target.target, model, dtype, batch, chunk },
    (program) => onEvent?.({ phase: "lower", program }),
  );
  const compiled =
    compiler === undefined
      ? []
      : [
          await compileExported(
            compiler,
            programs,
            (program) => onEvent?.({ phase: "compile", program }),
            left(),
          ),
        ];
  const machine = compiler === undefined ? undefined : await machineKey(options.keyFolder ?? keyFolder());
  const contents = programs.map(({ content }) => content);
  const keys = { signing, machine: machine instanceof MachineKey ? machine : undefined };
  const files = await writeArtifact(
    path,
    {
      name,
      target: target.name,
      precision: statedPrecision(options.precision),
      dtype,
      batch,
      chunk,
      weights,
      compiled,
      programs: contents,
      tokenizer,
      tools: { ...options.tools },
      model: describeModel(model),
      generation: model.generation,
      copyWeights: options.withWeights === true,
    },
    { zip, force, keys, ...left(), onProgress: (progress) => onEvent?.({ phase: "write", ...progress }) },
  );
  const warnings =
    machine === undefined || machine instanceof MachineKey
      ? []
      : [`its executables run nowhere without --trust-executables: ${machine.problem}; ${machine.hint}`];
  return { programs: contents, files, warnings };
}

/** Where programs will run, if they are compiled at once. */
function devicesOf(compiler: ExportCompiler | undefined): { readonly platformName: string } | undefined {
  if (compiler === undefined) return undefined;
  return "client" in compiler ? compiler.client : compiler.topology;
}

interface ReadSource extends AsyncDisposable {
  readonly name: string;
  readonly model: ConfiguredModel;
  readonly weights: DescribedWeights;
  readonly tokenizer: readonly string[];
}

interface ReadOptions {
  /** Tokens that a sequence may have, where caches grow. */
  readonly capacity: number | undefined;
  /** Where files may be made for weights that are copied: those of other formats are copied as safetensors, which artifacts hold. */
  readonly copiesIn: string | undefined;
  /** How long these may be made. */
  readonly wait: WaitOptions;
}

/** A capacity that the model has not is told before weights are read. @throws what `exportModel` throws of its source */
async function readSource(
  source: ExportSource,
  { capacity, copiesIn, wait }: ReadOptions,
): Promise<ReadSource> {
  const nothing = { [Symbol.asyncDispose]: async () => {} };
  if ("model" in source) {
    const model = withCapacity(source.model, capacity);
    return { name: source.name, ...nothing, model, weights: missingWeights(model), tokenizer: [] };
  }
  const { folder, models } = source;
  const tokenizer = TOKENIZER_FILES.map((file) => join(folder, file)).filter((file) => existsSync(file));
  const model = withCapacity(configureCheckpoint(await readConfigFiles(folder), models), capacity);
  const common = { name: basename(resolve(folder)), model, tokenizer, ...nothing };
  if (!(await hasWeights(folder))) return { ...common, weights: missingWeights(model) };
  await using checkpoint = await openCheckpoint(folder);
  if (checkpoint.format === "safetensors" || copiesIn === undefined)
    return { ...common, weights: await describeWeights(checkpoint, model) };
  const work = await makeWorkFolder(copiesIn).catch((cause: unknown) => {
    throw cannotWrite(copiesIn, cause);
  });
  try {
    await convertWeights(folder, join(work.path, "model.safetensors"), { models, ...wait });
    await using converted = await openCheckpoint(work.path);
    const weights = await describeWeights(converted, model);
    return { ...common, weights, [Symbol.asyncDispose]: () => work.remove() };
  } catch (error) {
    await work.remove();
    throw error;
  }
}

const missingWeights = (model: ConfiguredModel): DescribedWeights =>
  describeMissingWeights(model, model.dtype);

/** What a manifest says of a model. */
function describeModel({ name, summary, config, kinds }: ConfiguredModel): ArtifactContent["model"] {
  const summaries = Object.entries(kinds).map(([kind, { summary: text }]) => [kind, text] as const);
  return { name, summary, config: { ...config }, kinds: Object.fromEntries(summaries) };
}
