/** @file Rotary positions as config.json describes them: `rope_parameters`, `rope_scaling` and `rope_theta`, read as transformers 5 reads them. */
import { z } from "zod";
import type { ConfigValues, Problem } from "../../src/model/index.js";
import { count, positive, truth } from "../checkpoint-fields.js";
import type { RopeScaling } from "./rope.js";

const wholeHead = z.literal(1, "1 (all channels of a head rotate)");
const factor = z.number("a number of at least 1").min(1, "a number of at least 1");

/** Of every type of scaling. */
const always = { rope_theta: positive.optional(), partial_rotary_factor: wholeHead.optional() } as const;
/** Of those that know the context of the first training. */
const original = { original_max_position_embeddings: count.optional() } as const;

/** What each type has; a key that it does not have is refused, since it asks for something else. */
const rope = z.discriminatedUnion(
  "rope_type",
  [
    z.strictObject({ rope_type: z.literal("default"), ...always }),
    z.strictObject({ rope_type: z.literal("linear"), factor, ...always }),
    z.strictObject({ rope_type: z.literal("dynamic"), factor, ...original, ...always }),
    z.strictObject({
      rope_type: z.literal("llama3"),
      factor,
      low_freq_factor: positive,
      high_freq_factor: positive,
      ...original,
      ...always,
    }),
    z.strictObject({
      rope_type: z.literal("yarn"),
      factor: factor.optional(),
      attention_factor: positive.optional(),
      beta_fast: positive.optional(),
      beta_slow: positive.optional(),
      mscale: positive.optional(),
      mscale_all_dim: positive.optional(),
      truncate: truth.optional(),
      ...original,
      ...always,
    }),
  ],
  "default, linear, dynamic, llama3 or yarn",
);
type Rope = z.output<typeof rope>;

const record = z.record(z.string(), z.unknown(), "an object").nullish();

/** Keys of config.json. */
export const checkpointRopeFields = {
  rope_theta: positive.nullish(),
  /** Of new files; in old ones `rope_scaling` is the same without the base, and wins where it says anything. */
  rope_parameters: record,
  rope_scaling: record,
  partial_rotary_factor: wholeHead.nullish(),
  original_max_position_embeddings: count.nullish(),
} as const;

interface Values extends ConfigValues<typeof checkpointRopeFields> {
  readonly max_position_embeddings?: number | undefined;
}

/**
 * What the keys say. What cannot be used is added to `problems`.
 * @param isBounded whether sequences have at most max_position_embeddings tokens: what `dynamic` changes lies beyond that, so it is no scaling here
 */
export function checkpointRope(
  values: Values,
  isBounded: boolean,
  problems: Problem[],
): { readonly ropeTheta: number; readonly ropeScaling: RopeScaling | null } {
  const { rope_scaling: scaling, rope_parameters: parameters } = values;
  const isOld = scaling !== undefined && scaling !== null && Object.keys(scaling).length > 0;
  const subject = isOld ? "rope_scaling" : "rope_parameters";
  const given = readRope(subject, (isOld ? scaling : parameters) ?? {}, problems);
  if (given?.rope_type === "dynamic" && !isBounded) {
    const expected = "default, linear, llama3 or yarn, where all layers have a window";
    problems.push({ subject: `${subject}.rope_type`, problem: "unusable value", expected, got: '"dynamic"' });
  }
  return {
    ropeTheta: given?.rope_theta ?? values.rope_theta ?? 10_000,
    ropeScaling: given === undefined ? null : scalingOf(given, values, subject, problems),
  };
}

/** Null means absent, and the type has an older name. */
function readRope(
  subject: string,
  written: Readonly<Record<string, unknown>>,
  problems: Problem[],
): Rope | undefined {
  const { type = "default", ...given } = Object.fromEntries(
    Object.entries(written).filter(([, value]) => value !== null),
  );
  const { success, data, error } = rope.safeParse({ rope_type: type, ...given });
  if (success) return data;
  for (const issue of error.issues) {
    const keys = issue.code === "unrecognized_keys" ? issue.keys : [issue.path.join(".")];
    for (const key of keys) {
      const got = key === "rope_type" ? (written[key] ?? type) : written[key];
      problems.push({
        subject: `${subject}.${key}`,
        problem: got === undefined ? "missing" : "unusable value",
        expected: issue.code === "unrecognized_keys" ? "no such key, of this rope_type" : issue.message,
        got: got === undefined ? undefined : JSON.stringify(got),
      });
    }
  }
  return undefined;
}

function scalingOf(given: Rope, values: Values, subject: string, problems: Problem[]): RopeScaling | null {
  const context = values.max_position_embeddings ?? Number.NaN;
  const { rope_type: type } = given;
  if (type === "default" || type === "dynamic") return null;
  if (type === "linear") return { type, factor: given.factor };
  const originalContext =
    values.original_max_position_embeddings ?? given.original_max_position_embeddings ?? context;
  if (type === "llama3") {
    const { factor, low_freq_factor, high_freq_factor } = given;
    if (high_freq_factor <= low_freq_factor) {
      const expected = `above low_freq_factor, ${low_freq_factor}`;
      const key = `${subject}.high_freq_factor`;
      problems.push({ subject: key, problem: "unusable value", expected, got: `${high_freq_factor}` });
    }
    return {
      type,
      factor,
      lowFrequencyFactor: low_freq_factor,
      highFrequencyFactor: high_freq_factor,
      originalContext,
    };
  }
  const stretch = given.factor ?? context / originalContext;
  return {
    type,
    factor: stretch,
    fastTurns: given.beta_fast ?? 32,
    slowTurns: given.beta_slow ?? 1,
    originalContext,
    wholeBorders: given.truncate ?? true,
    attentionFactor: given.attention_factor ?? attentionFactorOf(stretch, given),
  };
}

/** 0.1 ln(factor) + 1 (arXiv 2309.00071, equation 22), or the ratio of two such, where the file has a slope for each. */
function attentionFactorOf(
  factor: number,
  { mscale, mscale_all_dim: whole }: Extract<Rope, { readonly rope_type: "yarn" }>,
): number {
  const grown = (slope: number): number => (factor <= 1 ? 1 : 0.1 * slope * Math.log(factor) + 1);
  return mscale === undefined || whole === undefined ? grown(1) : grown(mscale) / grown(whole);
}
