/** @file Rotary positions for contexts longer than a model was first trained on: the configuration, and what becomes of frequencies and scores. */
import { z } from "zod";
import { count, positive } from "../config-fields.js";

const ropeScaling = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("linear"), factor: positive }),
  z.strictObject({
    type: z.literal("llama3"),
    factor: positive,
    lowFrequencyFactor: positive,
    highFrequencyFactor: positive,
    originalContext: count,
  }),
  z.strictObject({
    type: z.literal("yarn"),
    factor: positive,
    /** Waves that turn at least so often in the original context are kept. */
    fastTurns: positive,
    /** Waves that turn at most so often are slowed by the factor. */
    slowTurns: positive,
    originalContext: count,
    /** Whether the borders between them are whole channels. */
    wholeBorders: z.boolean(),
    /** Multiplies what is rotated, queries and keys alike. */
    attentionFactor: positive,
  }),
]);
export type RopeScaling = Readonly<z.infer<typeof ropeScaling>>;

/** Fields of a configuration. */
export const ropeFields = { ropeTheta: positive, ropeScaling: ropeScaling.nullable() } as const;

/** What is rotated, and how. */
export interface RopeConfig {
  /** The base of wavelengths. */
  readonly ropeTheta: number;
  readonly ropeScaling: RopeScaling | null;
  /** Channels of a head. */
  readonly headSize: number;
}

/**
 * The base of frequencies, and what each frequency 1 / base^(2i / dims) is multiplied by. `linear`: positions are divided by a factor (arXiv 2306.15595).
 * `llama3`: so are those of waves longer than the context that the model was first trained on, those of short waves are kept, and between the two
 * borders they change evenly with the number of turns (Llama 3.1's release). `yarn`: the same with other borders, between which they change evenly
 * with the channel (arXiv 2309.00071, section 3.2).
 */
export function ropeOf({ ropeTheta: base, ropeScaling, headSize }: RopeConfig): {
  readonly base: number;
  readonly scaling?: readonly number[];
} {
  if (ropeScaling === null) return { base };
  const kept = keptShares(ropeScaling, base, headSize);
  const scaling = Array.from({ length: headSize / 2 }, (_, i) => {
    const share = Math.min(1, Math.max(0, kept(i)));
    return (1 - share) / ropeScaling.factor + share;
  });
  return { base, scaling };
}

/** Scores of attention are multiplied by this: YaRN's factor, once for the query and once for the key (section 3.4). */
export const scoreFactorOf = ({ ropeScaling }: Pick<RopeConfig, "ropeScaling">): number =>
  ropeScaling?.type === "yarn" ? ropeScaling.attentionFactor ** 2 : 1;

/** How far frequency i is kept as it is, from 1 (kept) to 0 (divided by the factor), and beyond both. */
function keptShares(scaling: RopeScaling, base: number, dims: number): (i: number) => number {
  if (scaling.type === "linear") return () => 0;
  const { originalContext } = scaling;
  if (scaling.type === "llama3") {
    const { lowFrequencyFactor: low, highFrequencyFactor: high } = scaling;
    return (i) => (originalContext / (2 * Math.PI * base ** ((2 * i) / dims)) - low) / (high - low);
  }
  /** The channel whose wave turns so often in the original context. */
  const channelOf = (turns: number): number =>
    (dims * Math.log(originalContext / (2 * Math.PI * turns))) / (2 * Math.log(base));
  const [fast, slow] = [channelOf(scaling.fastTurns), channelOf(scaling.slowTurns)];
  const first = Math.max(0, scaling.wholeBorders ? Math.floor(fast) : fast);
  const last = Math.min(dims - 1, scaling.wholeBorders ? Math.ceil(slow) : slow);
  // Borders that fall together are a step of one channel.
  const width = first === last ? 0.001 : last - first;
  return (i) => 1 - (i - first) / width;
}
