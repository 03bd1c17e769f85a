/** @file Numbers against those that are expected, within a bound that counts rounding. */
import { type Elements, numberAt } from "../ir/elements.js";
import { elementCount, type ElementType, formatType } from "../ir/types.js";
import { TestFailure } from "./failure.js";

/** What one rounding to an element type may cost, relative to the number. */
const ROUNDINGS: Readonly<Record<string, number>> = { bf16: 2 ** -8, f16: 2 ** -11 };

/** Relative to the number, or to 1 where that is larger: sums of f32 in another order. */
export const TOLERANCE = 2e-5;

/** The first number that is off by more than `tolerance` and one rounding to its element type; -1 when there is none. */
export function firstDifference(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  {
    element = "f32",
    tolerance = TOLERANCE,
  }: { readonly element?: ElementType; readonly tolerance?: number } = {},
): number {
  const rounding = ROUNDINGS[String(element)] ?? 0;
  return Array.from(expected).findIndex((wanted, i) => {
    const got = actual[i]!;
    if (Object.is(got, wanted) || got === wanted) return false;
    return !(
      Math.abs(got - wanted) <=
      tolerance * Math.max(1, Math.abs(wanted)) + rounding * Math.abs(wanted)
    );
  });
}

/** All elements as numbers, row-major. */
export const numbersOf = (elements: Elements): number[] =>
  Array.from({ length: elementCount(elements.type.shape) }, (_, i) => numberAt(elements, i));

/** @throws TestFailure that names the first number that is off */
export function checkClose(
  what: string,
  actual: readonly Elements[],
  expected: readonly Elements[],
  tolerance?: number,
): void {
  expected.forEach((wanted, i) => {
    const got = actual[i]!;
    if (got.type !== wanted.type)
      throw new TestFailure({
        message: `${what}: result ${i} is of another type`,
        expected: formatType(wanted.type),
        got: formatType(got.type),
      });
    const [numbers, wantedNumbers] = [numbersOf(got), numbersOf(wanted)];
    const options = tolerance === undefined ? {} : { tolerance };
    const at = firstDifference(numbers, wantedNumbers, { element: wanted.type.element, ...options });
    if (at < 0) return;
    throw new TestFailure({
      message: `${what}: element ${at} of result ${i} is off`,
      expected: `${wantedNumbers[at]}`,
      got: `${numbers[at]}`,
    });
  });
}
