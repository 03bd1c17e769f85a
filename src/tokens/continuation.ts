/** @file One sequence being continued: its text so far, and when it ends. */
import { StopStrings } from "./stop-strings.js";
import type { StreamingDecoder } from "./streaming.js";

/** Why a sequence ends: a token that ends all, enough tokens, a text that was asked for. */
export type Finished = "eos" | "length" | "stop";

/** A new token of a sequence. */
export interface NextToken {
  readonly token: number;
  /** The text that became certain with it; what ends a sequence has no text of its own. */
  readonly text: string;
  /** Why the sequence ends here, if it does. */
  readonly finished: Finished | undefined;
}

/** When a sequence ends, and what turns it into text. */
export interface ContinuationOptions {
  /** Without one, `text` stays empty. */
  readonly decoder?: StreamingDecoder | undefined;
  /** Any of these ends the sequence. */
  readonly eosIds: readonly number[];
  readonly maxNewTokens: number;
  /** Texts that end the sequence. */
  readonly stop?: readonly string[] | undefined;
}

/**
 * A function of each new token of a sequence; it is not called again once the sequence is finished.
 * @throws UsageError for an empty stop
 */
export function createContinuation(options: ContinuationOptions): (token: number) => NextToken {
  const { decoder, eosIds, maxNewTokens, stop = [] } = options;
  const stops = new StopStrings(stop);
  let count = 0;
  return (token) => {
    count += 1;
    const finished = eosIds.includes(token) ? "eos" : count >= maxNewTokens ? "length" : undefined;
    const text = finished === "eos" ? "" : (decoder?.push(token) ?? "");
    const rest = finished === undefined ? "" : (decoder?.end() ?? "");
    const told = stops.push(text + rest);
    if (told.stopped) return { token, text: told.text, finished: "stop" };
    return { token, text: told.text + (finished === undefined ? "" : stops.end()), finished };
  };
}
