/** @file One sequence being continued: its text so far, and when it ends. */
import { StopStrings } from "./stop-strings.js";
import type { FormatProgress } from "./formats/format-progress.js";
import type { TokenDecoder } from "./streaming.js";
import { type OptionNames, checkOptions } from "../support/options.js";

/** Why a sequence ends: a token that ends all, enough tokens, a text that was asked for, a format after which nothing may follow. */
export type Finished = "eos" | "length" | "stop" | "format";

/** A new token of a sequence. */
export interface NextToken {
  readonly token: number;
  /** The text that became certain with it; what ends a sequence has no text of its own. */
  readonly text: string;
  /** Why the sequence ends here, if it does. */
  readonly finished: Finished | undefined;
  /** Of one that ends, where a format was asked for: whether its text is of the format, or was cut off before. */
  readonly complete?: boolean;
}

/** When a sequence ends, and what turns it into text. */
export interface ContinuationOptions {
  /** Without one, `text` stays empty. */
  readonly decoder?: TokenDecoder | undefined;
  /** What the text is held to, and turns tokens into text then. */
  readonly format?: FormatProgress | undefined;
  /** Any of these ends the sequence. */
  readonly eosIds: readonly number[];
  readonly maxNewTokens: number;
  /** Texts that end the sequence. */
  readonly stop?: readonly string[] | undefined;
}

export const CONTINUATION_OPTIONS: OptionNames<ContinuationOptions> = {
  decoder: true,
  format: true,
  eosIds: true,
  maxNewTokens: true,
  stop: true,
};

/**
 * A function of each new token of a sequence; it is not called again once the sequence is finished.
 * @throws UsageError for an empty stop
 */
export function createContinuation(options: ContinuationOptions): (token: number) => NextToken {
  checkOptions("createContinuation", options, CONTINUATION_OPTIONS);
  const { format, eosIds, maxNewTokens, stop = [] } = options;
  const decoder = format ?? options.decoder;
  const stops = new StopStrings(stop);
  let count = 0;
  return (token) => {
    count += 1;
    const isEnd = eosIds.includes(token);
    const text = isEnd ? "" : (decoder?.push(token) ?? "");
    const finished = isEnd
      ? "eos"
      : format?.isFinal === true
        ? "format"
        : count >= maxNewTokens
          ? "length"
          : undefined;
    const rest = finished === undefined ? "" : (decoder?.end() ?? "");
    const told = stops.push(text + rest);
    if (told.stopped) {
      decoder?.end();
      return {
        token,
        text: told.text,
        finished: "stop",
        ...(format === undefined ? {} : { complete: false }),
      };
    }
    if (finished === undefined) return { token, text: told.text, finished };
    const complete = format === undefined ? {} : { complete: format.isComplete };
    return { token, text: told.text + stops.end(), finished, ...complete };
  };
}
