/** @file What a training is made of, before a device is opened: settings, model, data, which parameters are trained. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { checkLengths, type DataSource, type Encoder, openData, START } from "../../data/index.js";
import { configureCheckpoint, type ConfiguredModel, type ModelDefinition } from "../../model/index.js";
import { boundedSearch } from "../../support/bounded-pattern.js";
import { UsageError } from "../../support/errors.js";
import { type Adapter, type LoraModel, withLora } from "../../training/index.js";
import { type Checkpoint, openCheckpoint, readConfigFiles } from "../../weights/index.js";
import { dataEncoder } from "../data-encoder.js";
import { initialCheckpoint } from "./initial-values.js";
import { checkOwnFiles } from "./own-files.js";
import {
  type GivenSettings,
  optimizerOf,
  resolveSettings,
  resumedSettings,
  type TrainingSettings,
} from "./settings.js";
import { openState, STATE_FILE, type StoredTraining } from "./state-file.js";
import { type OptionNames, pickOptions } from "../../support/options.js";
import { type GivenWays, resumedWays, type TrainingWays, WAYS } from "./ways.js";

/** What is to be trained, on what, in which ways, and where the result goes. */
export interface TrainingTask extends GivenWays {
  /** Those that a checkpoint may be of. */
  readonly models: readonly ModelDefinition[];
  readonly settings: GivenSettings;
  /** The folder of the result; of a training that is gone on with, its own. */
  readonly out?: string | undefined;
  /** The folder of a training to go on with. */
  readonly resume?: string | undefined;
  /** A training that is gone on with takes data that it did not begin with, from their first example. */
  readonly allowOtherData?: boolean | undefined;
  /** Ends looking through the data when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

export const TRAINING_TASK: OptionNames<TrainingTask> = {
  models: true,
  settings: true,
  out: true,
  resume: true,
  allowOtherData: true,
  ...WAYS,
  signal: true,
};

/** Close it. */
export interface PreparedTraining extends AsyncDisposable {
  readonly folder: string;
  readonly settings: TrainingSettings;
  readonly ways: TrainingWays;
  readonly stored: StoredTraining | undefined;
  readonly model: ConfiguredModel;
  readonly lora: LoraModel | undefined;
  readonly adapters: readonly Adapter[];
  readonly trains: (path: string) => boolean;
  readonly checkpoint: Checkpoint;
  readonly encoder: Encoder;
  readonly data: DataSource;
  readonly evalData: DataSource | undefined;
  /** Examples of the data that are longer than a row, and passed over. */
  readonly longExamples: number;
  /** The same of those that it is tested on. */
  readonly longTestExamples: number;
}

/** Files that are open. */
class OpenFiles implements AsyncDisposable {
  readonly #open: AsyncDisposable[] = [];

  add<T extends AsyncDisposable>(opened: T): T {
    this.#open.unshift(opened);
    return opened;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.#open.splice(0)) await one[Symbol.asyncDispose]();
  }
}

/** Every example is encoded once, so that none is found too long after hours. @throws UsageError, DataError, CheckpointError, TrainingError for whatever does not fit; AbortedError */
export async function prepareTraining(task: TrainingTask): Promise<PreparedTraining> {
  const files = new OpenFiles();
  try {
    return await prepare(task, files);
  } catch (error) {
    await files[Symbol.asyncDispose]();
    throw error;
  }
}

async function prepare(task: TrainingTask, files: OpenFiles): Promise<PreparedTraining> {
  if (task.resume !== undefined) await checkOwnFiles(task.resume);
  const kept = task.resume === undefined ? undefined : files.add(await openState(task.resume));
  const given = absolute(task.settings);
  const settings = kept === undefined ? resolveSettings(given) : resumedSettings(kept.settings, given);
  // Told before anything large is read.
  optimizerOf(settings);
  const folder = resultFolder(task, settings);
  const model = configureCheckpoint(await readConfigFiles(settings.model), task.models);
  const { loraRank: rank, loraAlpha: alpha, freeze } = settings;
  const lora = rank === undefined ? undefined : withLora(model, { rank, alpha });
  const checkpoint = files.add(
    settings.fromNothing ? initialCheckpoint(model, settings.seed) : await openCheckpoint(settings.model),
  );
  const data = files.add(await openData(settings.data));
  const ways = resumedWays(kept?.ways ?? {}, absoluteEval(pickOptions(task, WAYS)));
  const evalData = ways.evalData === undefined ? undefined : files.add(await openData(ways.evalData));
  const stored = kept && withEval(withData(kept, data.digest, task), evalData?.digest);
  const encoder = await dataEncoder(settings.model, model.generation);
  const limit = { width: widthOf(settings), skipsLong: settings.skipLong };
  const longExamples = await checkLengths(data, encoder, limit, task.signal);
  const longTestExamples =
    evalData === undefined ? 0 : await checkLengths(evalData, encoder, limit, task.signal);
  return {
    ...{ folder, settings, ways, stored, model, lora, checkpoint },
    ...{ encoder, data, evalData, longExamples, longTestExamples },
    trains: lora === undefined ? notFrozen(model, freeze) : trainsAdapters(lora, freeze),
    adapters: lora?.adapters ?? [],
    [Symbol.asyncDispose]: () => files[Symbol.asyncDispose](),
  };
}

/** Tokens a row: those that are read, and the one after them, which is only predicted. */
export const widthOf = ({ length }: TrainingSettings): number => length + 1;

/** What is kept of a training, for data that it goes on with. @throws UsageError for others than it began with, unless they are allowed */
function withData(
  kept: StoredTraining,
  digest: string,
  { allowOtherData = false }: TrainingTask,
): StoredTraining {
  if (kept.dataDigest === digest) return kept;
  if (allowOtherData) return { ...kept, progress: { ...kept.progress, data: START } };
  throw new UsageError({
    message: "the data are not those that the training began with",
    expected: `files of SHA-256 ${kept.dataDigest}`,
    got: digest,
    hint: "--allow-other-data goes on with these, from their first example",
  });
}

/** What is kept of a training: of other examples than it was tested on no test is the best yet. */
function withEval(kept: StoredTraining, digest: string | undefined): StoredTraining {
  if (digest === undefined || kept.evalDigest === undefined || kept.evalDigest === digest) return kept;
  return { ...kept, progress: { ...kept.progress, best: undefined } };
}

const absoluteEval = ({ evalData, ...rest }: GivenWays): GivenWays => ({
  ...rest,
  evalData: evalData?.map((path) => resolve(path)),
});

/** Files are found again from wherever the training is gone on with. */
const absolute = ({ model, data, ...rest }: GivenSettings): GivenSettings => ({
  ...rest,
  model: model && resolve(model),
  data: data?.map((path) => resolve(path)),
});

/** @throws UsageError for a folder where a model or a training is already */
function resultFolder({ out, resume }: TrainingTask, { model }: TrainingSettings): string {
  if (resume !== undefined && (out === undefined || resolve(out) === resolve(resume))) return resume;
  if (out === undefined || resume !== undefined) {
    throw new UsageError({
      message: out === undefined ? "no folder for the result" : "a training goes on in its own folder",
      expected: out === undefined ? "--out DIR, or --resume DIR" : "--resume alone",
    });
  }
  const taken = [STATE_FILE, "model.safetensors", "config.json"].find((name) => existsSync(join(out, name)));
  if (taken === undefined) return out;
  const isOwn = resolve(out) === resolve(model);
  throw new UsageError({
    message: `${out} has ${taken} already`,
    expected: "a folder without a model",
    hint: isOwn
      ? "the model that is trained stays as it is"
      : `--resume ${out} goes on with the training there`,
  });
}

/** @throws UsageError for a pattern that is none, that fits no parameter, or that comes to no end: a training that is gone on with may be anybody's */
function notFrozen(model: ConfiguredModel, patterns: readonly string[]): (path: string) => boolean {
  const names = new Map(model.parameters.map((one) => [one.path, model.names.nameOf(one).name]));
  const parsed = patterns.map(regex);
  const fitting = boundedSearch("--freeze", (find) =>
    parsed.map((each) =>
      find(each, (pattern) => [...names].flatMap(([path, name]) => (pattern.test(name) ? [path] : []))),
    ),
  );
  const idle = fitting.findIndex((paths) => paths.length === 0);
  const frozen = new Set(fitting.flat());
  if (idle === -1) return (path) => !frozen.has(path);
  throw new UsageError({
    message: `no parameter is called like /${patterns[idle]}/`,
    expected: "a regular expression that fits names of the checkpoint",
    got: patterns[idle],
    hint: `names are such as ${[...names.values()].slice(0, 2).join(", ")}`,
  });
}

/** Of adapted weights those that are not frozen have adapters that are trained. */
function trainsAdapters(
  { model, adapters }: LoraModel,
  patterns: readonly string[],
): (path: string) => boolean {
  const isTrained = notFrozen(model, patterns);
  const trained = new Set(adapters.flatMap(({ path, of }) => (isTrained(of.path) ? [path] : [])));
  return (path) => trained.has(path);
}

function regex(pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch (cause) {
    throw new UsageError({
      message: "--freeze is no regular expression",
      got: (cause as Error).message,
      cause,
    });
  }
}
