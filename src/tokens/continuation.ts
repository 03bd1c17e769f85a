/** @file One sequence being continued: its text so far, and when it ends. */
import type { StreamingDecoder } from "./streaming.js";

/** A new token of a sequence. */
export interface NextToken {
  readonly token: number;
  /** The text that became certain with it; what ends a sequence has no text of its own. */
  readonly text: string;
  /** Why the sequence ends here, if it does. */
  readonly finished: "eos" | "length" | undefined;
}

/** When a sequence ends, and what turns it into text. */
export interface ContinuationOptions {
  /** Without one, `text` stays empty. */
  readonly decoder?: StreamingDecoder | undefined;
  /** Any of these ends the sequence. */
  readonly eosIds: readonly number[];
  readonly maxNewTokens: number;
}

/** A function of each new token of a sequence; it is not called again once the sequence is finished. */
export function createContinuation(options: ContinuationOptions): (token: number) => NextToken {
  const { decoder, eosIds, maxNewTokens } = options;
  let count = 0;
  return (token) => {
    count += 1;
    const finished = eosIds.includes(token) ? "eos" : count >= maxNewTokens ? "length" : undefined;
    const text = finished === "eos" ? "" : (decoder?.push(token) ?? "");
    const rest = finished === undefined ? "" : (decoder?.end() ?? "");
    return { token, text: text + rest, finished };
  };
}
