/** @file Signed integers that are known when a program is made: constants, what is worked out from them, and what a loop carries unchanged. */
import { splatOf } from "./constants.js";
import { typeOf } from "../emit.js";
import { safeNumber } from "../integers.js";
import { definingOp, type Value } from "../operation.js";
import { isOp, type OperationOf } from "../ops/index.js";

type While = OperationOf<"stablehlo.while">;

/** What an argument of a loop's condition or body is in every iteration: the value that the loop began with, if the body gives back what it got. */
function unchanged(loop: While, argument: Value): Value | undefined {
  const slot = loop.regions.map(({ entry }) => entry.arguments.indexOf(argument)).find((index) => index >= 0);
  const body = loop.regions[1]!.entry;
  if (slot === undefined || body.last!.operands[slot] !== body.arguments[slot]) return undefined;
  return loop.operands[slot];
}

const arithmetic = {
  add: (a: bigint, b: bigint) => a + b,
  subtract: (a: bigint, b: bigint) => a - b,
  multiply: (a: bigint, b: bigint) => a * b,
  // Towards zero, as bigints are divided.
  divide: (a: bigint, b: bigint) => (b === 0n ? undefined : a / b),
  maximum: (a: bigint, b: bigint) => (a > b ? a : b),
  minimum: (a: bigint, b: bigint) => (a < b ? a : b),
} as const;

type ArithmeticName = keyof typeof arithmetic;

/** Of two known operands; undefined where the result leaves the type, or is not exact as a number. */
function combined(name: ArithmeticName, bits: 32 | 64, operands: readonly (number | undefined)[]) {
  const [a, b] = operands;
  if (a === undefined || b === undefined) return undefined;
  const result = arithmetic[name](BigInt(a), BigInt(b));
  return result === undefined || BigInt.asIntN(bits, result) !== result ? undefined : safeNumber(result);
}

/**
 * The integer that fills a tensor of i32 or i64.
 * @param loop one in whose condition or body the value may stand
 * @param known what was found of values before
 */
export function knownInteger(
  value: Value,
  loop: While,
  known = new Map<Value, number | undefined>(),
): number | undefined {
  if (!known.has(value)) known.set(value, findInteger(value, loop, known));
  return known.get(value);
}

function findInteger(value: Value, loop: While, known: Map<Value, number | undefined>): number | undefined {
  const { element } = typeOf(value);
  if (element !== "i32" && element !== "i64") return undefined;
  const outer = unchanged(loop, value);
  if (outer !== undefined) return knownInteger(outer, loop, known);
  const splat = splatOf(value);
  if (splat !== undefined) return Number.isSafeInteger(splat) ? splat : undefined;
  const operation = definingOp(value);
  for (const name of Object.keys(arithmetic) as ArithmeticName[]) {
    if (!isOp(operation, `stablehlo.${name}`)) continue;
    const operands = operation.operands.map((operand) => knownInteger(operand, loop, known));
    return combined(name, element === "i32" ? 32 : 64, operands);
  }
  return undefined;
}
