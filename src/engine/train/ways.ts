/** @file How a training is computed and looked at, beside its settings: kept with its state, so that it goes on in the same way. */
import { z } from "zod";
import { precisionNames } from "../../ir/precision.js";
import { UsageError } from "../../support/errors.js";
import { type OptionNames, withoutOptions } from "../../support/options.js";
import { type PipelineOptions, PIPELINE_OPTIONS } from "../../targets/pipeline-options.js";

const count = z.int().positive();

/** How its programs are lowered: losses depend on that in their last bits, and on the precision in more of them. */
const lowering = z.strictObject({
  scan: z.string().optional(),
  scanBlock: count.optional(),
  scanUnroll: count.optional(),
  matrixStates: z.string().optional(),
  matrixStatesChunk: count.optional(),
  attention: z.string().optional(),
  strideTime: count.optional(),
  precision: z.enum(precisionNames).optional(),
  fuseGates: z.boolean().optional(),
});

export const trainingWays = z.strictObject({
  ...lowering.shape,
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

/** What is given of one of these says all of them: a block is that of one strategy. */
const TOGETHER: readonly (readonly Way[])[] = [
  ["scan", "scanBlock", "scanUnroll"],
  ["matrixStates", "matrixStatesChunk"],
  ["attention"],
  ["strideTime"],
  ["precision"],
  ["fuseGates"],
  ["evalData"],
  ["evalEvery"],
  ["saveEvery"],
] satisfies readonly (readonly Way[])[];

/** The ways in which a training goes on: as it went, but for what is given. @throws UsageError for what is none */
export function resumedWays(kept: TrainingWays, given: GivenWays): TrainingWays {
  const chosen = TOGETHER.flatMap((names) => {
    const from = names.some((name) => given[name] !== undefined) ? given : kept;
    return names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]]));
  });
  const { success, data, error } = trainingWays.safeParse(Object.fromEntries(chosen));
  if (success) return data;
  throw new UsageError({
    message: "a training cannot be made in this way",
    details: [z.prettifyError(error)],
  });
}
