/** @file Which program draws tokens on the device: what it takes, gives and keeps is called so. */
import type { Interface } from "../program/interface.js";
import type { SamplingParts } from "../tokens/index.js";

/** The kind of the programs that draw tokens, in an artifact. No model's kind is called so. */
export const SAMPLER_KIND = "sampler";

/** The most best tokens of a step that anybody is told. */
export const MOST_LOGPROBS = 20;

/** The static part of drawing: the program has no other parts. */
export interface SamplerKey extends SamplingParts {
  readonly batch: number;
  /** Whether it takes which tokens each row may have. */
  readonly allowed: boolean;
  /** Best tokens that it tells the logarithms of the probabilities of, beside the drawn one's; undefined: none, nor the drawn one's. */
  readonly logprobs: number | undefined;
}

/** The parts that a program has, by the names of its arguments and results. */
export function samplerKeyOf({ arguments: args, results }: Interface): SamplerKey {
  const names = new Set(args.map(({ name }) => name));
  const told = (name: string) => results.find((result) => result.name === name)?.dimensions;
  return {
    batch: args.find(({ name }) => name === "logits")?.dimensions[0] ?? 0,
    penalties: names.has("counts"),
    bias: names.has("bias"),
    topK: names.has("top_k"),
    topP: names.has("top_p"),
    allowed: names.has("allowed"),
    logprobs: told("logprob") === undefined ? undefined : (told("top")?.[1] ?? 0),
  };
}

/** Whether a sampler leaves some tokens out by their rank: what is left is then drawn in another order. */
const cuts = ({ topK, topP }: SamplerKey): boolean => topK || topP;

/**
 * Whether a program draws the tokens that are asked for. Parts that nobody asks for change nothing: no penalty, a bias of 0, k of all
 * tokens, p of 1, every token allowed.
 */
export const canDraw = (has: SamplerKey, asked: SamplerKey): boolean =>
  has.batch === asked.batch &&
  cuts(has) === cuts(asked) &&
  (["penalties", "bias", "topK", "topP", "allowed"] as const).every((part) => has[part] || !asked[part]) &&
  (asked.logprobs === undefined || (has.logprobs ?? -1) >= asked.logprobs);

/** The programs that together draw whatever may be asked for, those that do least first: an export has no compiler to make one of each. */
export function exportedSamplers(batch: number, vocabSize: number): readonly SamplerKey[] {
  const logprobs = Math.min(MOST_LOGPROBS, vocabSize);
  const forms = [
    { adjusts: false, logprobs: undefined },
    { adjusts: true, logprobs: undefined },
    { adjusts: true, logprobs },
  ];
  return forms.flatMap(({ adjusts, logprobs: told }) =>
    [false, true].map((cut) => ({
      ...{ batch, logprobs: told, topK: cut, topP: cut },
      ...{ penalties: adjusts, bias: adjusts, allowed: adjusts },
    })),
  );
}
