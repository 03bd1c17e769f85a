/** @file How a training is computed and looked at, beside its settings: kept with its state, so that it goes on in the same way. */
import { z } from "zod";
import { precisionNames } from "../../ir/precision.js";
import { UsageError } from "../../support/errors.js";
import { type OptionNames, withoutOptions } from "../../support/options.js";
import { type PipelineOptions, PIPELINE_OPTIONS } from "../../targets/pipeline-options.js";

const count = z.int().positive();

/** How its programs are lowered: losses depend on that in their last bits, and on the precision in more of them. */
const lowering = {
  scan: z.string().optional(),
  scanBlock: count.optional(),
  scanUnroll: count.optional(),
  matrixStates: z.string().optional(),
  matrixStatesChunk: count.optional(),
  attention: z.string().optional(),
  strideTime: count.optional(),
  precision: z.enum(precisionNames).optional(),
  fuseGates: z.boolean().optional(),
} satisfies Readonly<Record<keyof Omit<PipelineOptions, "prepare">, z.ZodType>>;

export const trainingWays = z.strictObject({
  ...lowering,
  /** Files of examples to test on. */
  evalData: z.array(z.string()).min(1).optional(),
  evalEvery: count.optional(),
  saveEvery: count.optional(),
});

/** Ways that are known, as they are kept. */
export type TrainingWays = Readonly<z.output<typeof trainingWays>>;

/** What may be given of them. Those that a training is gone on with stay as they were. */
export interface GivenWays extends Omit<PipelineOptions, "prepare"> {
  /** Files of examples to test on. */
  readonly evalData?: readonly string[] | undefined;
  /** Steps between tests. Default: a tenth of all. */
  readonly evalEvery?: number | undefined;
  /** Steps between those after which everything is kept; it is after the last one, too. Default: a tenth of all. */
  readonly saveEvery?: number | undefined;
}

export const WAYS: OptionNames<GivenWays> = {
  ...withoutOptions(PIPELINE_OPTIONS, "prepare"),
  evalData: true,
  evalEvery: true,
  saveEvery: true,
};

type Way = keyof GivenWays;

/** Of each way the one that it belongs to: what is given of one says all of them, as a block is that of one strategy. */
const TOGETHER: Readonly<Record<Way, Way>> = {
  scan: "scan",
  scanBlock: "scan",
  scanUnroll: "scan",
  matrixStates: "matrixStates",
  matrixStatesChunk: "matrixStates",
  attention: "attention",
  strideTime: "strideTime",
  precision: "precision",
  fuseGates: "fuseGates",
  evalData: "evalData",
  evalEvery: "evalEvery",
  saveEvery: "saveEvery",
};

/** The ways in which a training goes on: as it went, but for what is given. @throws UsageError for what is none */
export function resumedWays(kept: TrainingWays, given: GivenWays): TrainingWays {
  const ways = Object.keys(TOGETHER) as Way[];
  const anew = new Set(ways.filter((way) => given[way] !== undefined).map((way) => TOGETHER[way]));
  const chosen = ways
    .map((way) => [way, (anew.has(TOGETHER[way]) ? given : kept)[way]] as const)
    .filter(([, value]) => value !== undefined);
  const { success, data, error } = trainingWays.safeParse(Object.fromEntries(chosen));
  if (success) return data;
  throw new UsageError({
    message: "a training cannot be made in this way",
    details: [z.prettifyError(error)],
  });
}
