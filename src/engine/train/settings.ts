/** @file What decides the numbers of a training: kept with its state, so that it can be gone on with, and only as it began. */
import { z } from "zod";
import {
  adafactor,
  adamW,
  averaged,
  constantRate,
  cosineRate,
  lion,
  momentum,
  type Optimizer,
  type Schedule,
  sgd,
  warmupRate,
} from "../../training/index.js";
import { UsageError } from "../../support/errors.js";
import { computeDTypes } from "../../weights/index.js";

const optimizerNames = ["adafactor", "adamw", "lion", "momentum", "sgd"] as const;
const scheduleNames = ["constant", "cosine"] as const;

const count = z.int().positive();
const rate = z.number().nonnegative();

/** Everything but where files lie and how often something is told or kept. */
export const trainingSettings = z.strictObject({
  /** Folder of the checkpoint or the configuration. */
  model: z.string(),
  /** Starts from numbers drawn as the model's authors draw them; of the folder only its configuration and tokenizer are taken. */
  fromNothing: z.boolean(),
  /** Files of examples (`openData`). */
  data: z.array(z.string()).min(1),
  steps: count,
  /** Rows side by side, and tokens of each that are read. */
  batch: count,
  length: count,
  /** Batches of one step. */
  accumulate: count,
  /** Several examples a row. */
  pack: z.boolean(),
  /** Examples that are longer than a row are passed over. */
  skipLong: z.boolean(),
  /** An order of the examples drawn anew each time round; otherwise that of the files. */
  shuffle: z.boolean(),
  seed: z.int().nonnegative(),
  optimizer: z.enum(optimizerNames),
  learningRate: rate,
  /** Of the optimiser, where it has them; undefined: its defaults. */
  b1: rate.optional(),
  b2: rate.optional(),
  weightDecay: rate.optional(),
  schedule: z.enum(scheduleNames),
  /** Steps in which the rate rises from 0. */
  warmup: z.int().nonnegative(),
  /** Decay of an average of the parameters over the updates, which is what is tested and saved. */
  ema: z.number().positive().lt(1).optional(),
  /** The largest norm of all gradients. */
  clip: z.number().positive().optional(),
  /** Computed in; undefined: the checkpoint's. Parameters that are trained are f32. */
  dtype: z.enum(computeDTypes).optional(),
  /** Trains adapters of this rank instead of the weights. */
  loraRank: count.optional(),
  loraAlpha: z.number().positive().optional(),
  /** Regular expressions: parameters whose name in the checkpoint fits one stay as they are. */
  freeze: z.array(z.string()),
  /** What is held of each layer for its gradient. */
  remat: z.enum(["nothing", "products", "everything"]),
});

export type TrainingSettings = Readonly<z.output<typeof trainingSettings>>;

/** Settings that have a value where none is given. */
const DEFAULTS = {
  fromNothing: false,
  steps: 1000,
  batch: 8,
  length: 512,
  accumulate: 1,
  pack: false,
  skipLong: false,
  shuffle: true,
  seed: 0,
  optimizer: "adamw",
  learningRate: 1e-4,
  schedule: "constant",
  warmup: 0,
  freeze: [],
  remat: "nothing",
} as const;

/** What is given of settings; the rest is kept, or as usual. */
export type GivenSettings = { readonly [K in keyof TrainingSettings]?: TrainingSettings[K] | undefined };

const isGiven = ([, value]: readonly [string, unknown]): boolean => value !== undefined;
const givenOf = (settings: GivenSettings): GivenSettings =>
  Object.fromEntries(Object.entries(settings).filter(isGiven));

/** @throws UsageError for what is missing or none */
export function resolveSettings(given: GivenSettings): TrainingSettings {
  const { success, data, error } = trainingSettings.safeParse({ ...DEFAULTS, ...givenOf(given) });
  if (success) return data;
  throw new UsageError({
    message: "the settings of the training are none",
    details: [z.prettifyError(error)],
  });
}

/**
 * Settings that a training may be gone on with in another way: what is learnt at a step does not depend on them. Data are known by their hash,
 * wherever they lie.
 */
const FREE: ReadonlySet<string> = new Set(["model", "data", "steps"] satisfies (keyof TrainingSettings)[]);

/**
 * The settings that a training goes on with: those it began with, but for how long it takes.
 * @throws UsageError for others, which would make other numbers than without the interruption
 */
export function resumedSettings(kept: TrainingSettings, given: GivenSettings): TrainingSettings {
  const resolved = { ...kept, ...givenOf(given) } as TrainingSettings;
  const isFree = (name: string) => FREE.has(name) && !(name === "steps" && kept.schedule === "cosine");
  const changed = (Object.keys(resolved) as (keyof TrainingSettings)[]).filter(
    (name) => !isFree(name) && JSON.stringify(resolved[name]) !== JSON.stringify(kept[name]),
  );
  if (changed.length === 0) return resolved;
  const listed = (from: TrainingSettings) =>
    changed.map((name) => `${name} ${JSON.stringify(from[name])}`).join(", ");
  throw new UsageError({
    message: "a training goes on as it began",
    expected: listed(kept),
    got: listed(resolved),
    hint: "leave these out, or begin another training from the model that was saved",
  });
}

/** Settings that only some optimisers have. */
const OF_OPTIMIZERS = {
  adafactor: ["b1", "weightDecay"],
  adamw: ["b1", "b2", "weightDecay"],
  lion: ["b1", "b2", "weightDecay"],
  momentum: ["b1"],
  sgd: [],
} as const satisfies Record<TrainingSettings["optimizer"], readonly (keyof TrainingSettings)[]>;

/** Of AdamW and Lion. */
const USUAL_DECAY = 0.1;

/** @throws UsageError for a setting that the optimiser has not; TrainingError for one that is none */
export function optimizerOf(settings: TrainingSettings): Optimizer {
  const { ema: decay } = settings;
  const optimizer = plainOptimizerOf(settings);
  return decay === undefined ? optimizer : averaged(optimizer, { decay });
}

function plainOptimizerOf(settings: TrainingSettings): Optimizer {
  const { optimizer, b1, b2, weightDecay } = settings;
  const own: readonly string[] = OF_OPTIMIZERS[optimizer];
  const strange = OF_OPTIMIZERS.adamw.find((name) => settings[name] !== undefined && !own.includes(name));
  if (strange !== undefined) {
    throw new UsageError({
      message: `${optimizer} has no ${strange}`,
      expected: own.length === 0 ? "no setting but the learning rate" : own.join(", "),
      got: `${strange} ${settings[strange]}`,
    });
  }
  const learningRate = scheduleOf(settings);
  if (optimizer === "adafactor") return adafactor(learningRate, { b1, weightDecay });
  const moments = {
    ...(b1 !== undefined && { b1 }),
    ...(b2 !== undefined && { b2 }),
    weightDecay: weightDecay ?? USUAL_DECAY,
  };
  if (optimizer === "adamw") return adamW(learningRate, moments);
  if (optimizer === "lion") return lion(learningRate, moments);
  if (optimizer === "momentum") return momentum(learningRate, b1 === undefined ? {} : { decay: b1 });
  return sgd(learningRate);
}

function scheduleOf({ learningRate, schedule, warmup, steps }: TrainingSettings): Schedule {
  const after = Math.max(1, steps - warmup);
  const then =
    schedule === "cosine" ? cosineRate({ peak: learningRate, steps: after }) : constantRate(learningRate);
  return warmup === 0 ? then : warmupRate({ peak: learningRate, steps: warmup, then });
}
