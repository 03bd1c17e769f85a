/**
 * @file What the check ops compare, and how they say what differs.
 */
import type { ErrorDetails } from "../../support/errors.js";
import type { Integer } from "../integers.js";
import { formatType, isComplex, isFloat } from "../types.js";
import { partCount, ulpDistance } from "./bits.js";
import { InterpretError } from "./errors.js";
import { domainOf, type Tensor } from "./tensor.js";

/** How two tensors are compared: equal values, at most so far apart, or at most so many floats apart. */
export type Comparison =
  | { readonly kind: "equal" }
  | { readonly kind: "almost"; readonly tolerance: number }
  | { readonly kind: "close"; readonly maxUlps: Integer; readonly minUlps: Integer };

const isFloating = (x: Tensor): boolean => isFloat(x.element) || isComplex(x.element);

/** Number `i` of a tensor for a message. */
const shown = (x: Tensor, i: number): string => String(isFloating(x) ? x.floats[i] : x.integers[i]);

const sameNumber = (a: number, b: number): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b));

function isEqualAt(a: Tensor, b: Tensor, i: number): boolean {
  if (isFloating(a)) return sameNumber(a.floats[i]!, b.floats[i]!);
  return a.integers[i] === b.integers[i];
}

function isAlmostAt(a: Tensor, b: Tensor, i: number, tolerance: number): boolean {
  const [x, y] = [a.floats[i]!, b.floats[i]!];
  return sameNumber(x, y) || Math.abs(x - y) <= tolerance;
}

/** The part that is furthest off, by `distance`; Infinity when a NaN meets a number. */
function worstUlps(a: Tensor, b: Tensor, count: number): { readonly at: number; readonly ulps: number } {
  let worst = { at: 0, ulps: 0 };
  for (let at = 0; at < count; at++) {
    const distance = ulpDistance(a, b, at);
    const ulps = distance === undefined ? Number.POSITIVE_INFINITY : Number(distance);
    if (ulps > worst.ulps) worst = { at, ulps };
  }
  return worst;
}

/** Who compares, for errors. */
interface Comparer {
  /** The name of an op, or what else compares. */
  readonly name: string;
  readonly where?: ErrorDetails["where"];
}

/**
 * What differs between the tensors, or undefined when the comparison holds.
 * @throws InterpretError for tensors that cannot be compared so: integers have no units in the last place
 */
export function describeDifference(
  { name, where }: Comparer,
  actual: Tensor,
  expected: Tensor,
  how: Comparison,
): string | undefined {
  if (how.kind === "close" && !isFloating(actual))
    throw new InterpretError({
      message: `${name}: units in the last place are those of floats`,
      expected: "floats or complex numbers",
      got: formatType(actual.type),
      where,
    });
  if (actual.type !== expected.type)
    return `${formatType(actual.type)} is compared with ${formatType(expected.type)}`;
  const count = domainOf(actual.element) === "quantized" ? actual.count : partCount(actual);
  const at = (i: number): string =>
    `element ${isComplex(actual.element) ? `${i >> 1} (${i % 2 === 0 ? "real" : "imaginary"} part)` : i}`;
  const differ = (i: number): string => `${at(i)} is ${shown(actual, i)}, expected ${shown(expected, i)}`;
  if (how.kind === "close") {
    const worst = worstUlps(actual, expected, count);
    const within = worst.ulps <= how.maxUlps && worst.ulps >= how.minUlps;
    return within
      ? undefined
      : `${differ(worst.at)}: ${worst.ulps} ULP apart, allowed ${how.minUlps} to ${how.maxUlps}`;
  }
  const holds = (i: number): boolean =>
    how.kind === "equal" || !isFloating(actual)
      ? isEqualAt(actual, expected, i)
      : isAlmostAt(actual, expected, i, how.tolerance);
  const wrong = Array.from({ length: count }, (_, i) => i).filter((i) => !holds(i));
  if (wrong.length === 0) return undefined;
  const allowed = how.kind === "almost" ? ` (tolerance ${how.tolerance})` : "";
  return `${wrong.length} of ${count} differ; ${differ(wrong[0]!)}${allowed}`;
}
