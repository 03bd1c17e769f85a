/** @file Regular expressions as graphs of characters. */
import { ALL } from "../code-points.js";
import { choice, leaf, repeat, sequence } from "../expression.js";
import { type Graph, graphOf } from "../graph.js";
import { parseRegex, type RegexOptions } from "./parser.js";

export type { RegexOptions } from "./parser.js";

/** The texts that an expression matches from beginning to end; `^` and `$` change nothing. @throws UsageError */
export const wholeMatches = (source: string, options: RegexOptions = {}): Graph =>
  graphOf(choice(...parseRegex(source, options).map(({ text }) => text)));

/** The texts that an expression finds something in. @throws UsageError */
export function partialMatches(source: string, options: RegexOptions = {}): Graph {
  const anything = repeat(leaf(options.alphabet ?? ALL), 0);
  const alternatives = parseRegex(source, options).map(({ text, isStart, isEnd }) =>
    sequence(...(isStart ? [] : [anything]), text, ...(isEnd ? [] : [anything])),
  );
  return graphOf(choice(...alternatives));
}
