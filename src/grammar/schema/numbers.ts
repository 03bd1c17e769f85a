/** @file What numbers of a schema are. */
import { type Bound, decimalGraph } from "../decimal-graph.js";
import type { Graph } from "../graph.js";
import { wholeMatches } from "../regex/index.js";
import type { SchemaNode } from "./node.js";

/** Numbers without bounds: of at most 15 digits, so that none is infinite, and whole ones are exact. */
const NUMBER = "-?(0|[1-9]\\d{0,14})(\\.\\d{1,15})?([eE][+-]?\\d{1,2})?";
const INTEGER = "0|-?[1-9]\\d{0,14}";

/** The numbers of a schema, as JSON writes them. */
export function numberGraph(node: SchemaNode, isWhole: boolean): Graph {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = node;
  const min = tighter(minimum, exclusiveMinimum, (value, other) => value > other);
  const max = tighter(maximum, exclusiveMaximum, (value, other) => value < other);
  if (min === undefined && max === undefined) return wholeMatches(isWhole ? INTEGER : NUMBER);
  return decimalGraph({ min, max, isWhole });
}

/** Of an inclusive and an exclusive bound the one that holds; of equals the exclusive one. */
function tighter(
  inclusive: number | undefined,
  exclusive: number | undefined,
  holds: (value: number, other: number) => boolean,
): Bound | undefined {
  const isInclusive = inclusive !== undefined && (exclusive === undefined || holds(inclusive, exclusive));
  if (isInclusive) return { value: inclusive, isExclusive: false };
  return exclusive === undefined ? undefined : { value: exclusive, isExclusive: true };
}
