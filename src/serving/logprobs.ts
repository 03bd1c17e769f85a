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
  const of = (id: number) => logits[id]! - all;
  return {
    logprob: of(token),
    top: bestTokens(logits, count).map((id) => ({ token: id, logprob: of(id) })),
  };
}

/** Ids of the largest logits, the largest first, of equals the first; in one walk, for a vocabulary is long and `count` is not. */
function bestTokens(logits: Float32Array, count: number): readonly number[] {
  const found: number[] = [];
  for (let id = 0; id < logits.length; id++) {
    let place = found.length;
    while (place > 0 && logits[id]! > logits[found[place - 1]!]!) place -= 1;
    if (place === count) continue;
    found.splice(place, 0, id);
    if (found.length > count) found.pop();
  }
  return found;
}
