/** @file Regular expressions that others wrote, looked for within a time: one that tries all ways, as `(a+)+$` does, comes to no end. */
import { UsageError } from "./errors.js";
import { TimeLimitError, withinTime } from "./time-limit.js";

/** Milliseconds for what one call looks for: usual expressions take microseconds. */
const LONGEST_SEARCH = 2000;

/** Looks for one expression. */
type Find = <T>(pattern: RegExp, find: (pattern: RegExp) => T) => T;

/**
 * A search with regular expressions, which takes 2 s at most.
 * @param of what the expressions are of, as the error says: `--freeze`
 * @throws UsageError beyond that, with the expression that was looked for; what the search throws
 */
export function boundedSearch<T>(
  of: string,
  search: (find: Find) => T,
  { where, ms = LONGEST_SEARCH }: { readonly where?: string; readonly ms?: number } = {},
): T {
  let last: RegExp | undefined;
  try {
    return withinTime(ms, () =>
      search((pattern, find) => {
        last = pattern;
        return find(pattern);
      }),
    );
  } catch (cause) {
    if (!(cause instanceof TimeLimitError)) throw cause;
    throw new UsageError({
      message: `${of} does not come to an end`,
      expected: `a regular expression that is found, or not, within ${ms / 1000} s`,
      got: last?.source,
      where,
      hint: "an expression such as (a+)+$ tries all ways: of nested repetitions one is enough",
      cause,
    });
  }
}
