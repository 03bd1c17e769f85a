/** @file Logarithms of probabilities, by the logits as the model gave them: no penalty, no temperature. */

/** Of one token, and of the best of its step. */
export interface TokenLogprobs {
  readonly logprob: number;
  /** The best tokens, best first; as many as were asked for. */
  readonly top: readonly { readonly token: number; readonly logprob: number }[];
}

/** On the host. @param count best tokens to tell */
export function logprobsOf(logits: Float32Array, token: number, count: number): TokenLogprobs {
  let best = Number.NEGATIVE_INFINITY;
  for (const logit of logits) best = Math.max(best, logit);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - best);
  const all = best + Math.log(sum);
  const order = Array.from(logits.keys());
  if (count > 0) order.sort((a, b) => logits[b]! - logits[a]! || a - b);
  const of = (id: number) => logits[id]! - all;
  return {
    logprob: of(token),
    top: order.slice(0, count).map((id) => ({ token: id, logprob: of(id) })),
  };
}
