/** @file Loops that count: how often they run is known, so that what each iteration made can be saved. */
import { typeOf } from "../emit.js";
import { definingOp, type Value } from "../operation.js";
import { isOp, type OperationOf } from "../ops/index.js";
import type { IntegerType } from "../types.js";
import { knownInteger } from "./known-integer.js";

export interface CountedLoop {
  /** Which of the carried values counts. */
  readonly slot: number;
  readonly element: IntegerType;
  readonly start: number;
  /** Added to the counter by each iteration; not 0. */
  readonly step: number;
  /** How many iterations run. */
  readonly trips: number;
}

/** What a body adds to its argument `slot`, a constant; undefined when it does anything else. */
function stepOf(loop: OperationOf<"stablehlo.while">, slot: number): number | undefined {
  const body = loop.regions[1]!.entry;
  const next = definingOp(body.last!.operands[slot]!);
  const counter = body.arguments[slot]!;
  if (isOp(next, "stablehlo.subtract") && next.operands[0] === counter) {
    const by = knownInteger(next.operands[1]!, loop);
    return by === undefined ? undefined : -by;
  }
  if (!isOp(next, "stablehlo.add") || !next.operands.includes(counter)) return undefined;
  return knownInteger(next.operands[0] === counter ? next.operands[1]! : next.operands[0]!, loop);
}

type Direction = "LT" | "LE" | "GT" | "GE" | "EQ" | "NE";
const mirrored = { LT: "GT", LE: "GE", GT: "LT", GE: "LE", EQ: "EQ", NE: "NE" } as const;

/** The condition of a loop as `argument DIRECTION bound`. */
function conditionOf(
  loop: OperationOf<"stablehlo.while">,
): { readonly slot: number; readonly direction: Direction; readonly bound: number } | undefined {
  const condition = loop.regions[0]!.entry;
  const compare = definingOp(condition.last!.operands[0]!);
  if (!isOp(compare, "stablehlo.compare")) return undefined;
  const [lhs, rhs] = compare.operands as readonly [Value, Value];
  const { comparison_direction: direction } = compare.attributes;
  const left = condition.arguments.indexOf(lhs);
  const [slot, other, seen] =
    left >= 0
      ? [left, rhs, direction]
      : ([condition.arguments.indexOf(rhs), lhs, mirrored[direction]] as const);
  const bound = knownInteger(other, loop);
  return slot < 0 || bound === undefined ? undefined : { slot, direction: seen, bound };
}

function tripsOf(start: number, step: number, direction: Direction, bound: number): number | undefined {
  const distance = bound - start;
  const upTo = (exclusive: number): number => Math.max(0, Math.ceil(exclusive / Math.abs(step)));
  switch (direction) {
    case "LT":
      return step > 0 ? upTo(distance) : undefined;
    case "LE":
      return step > 0 ? upTo(distance + 1) : undefined;
    case "GT":
      return step < 0 ? upTo(-distance) : undefined;
    case "GE":
      return step < 0 ? upTo(-distance + 1) : undefined;
    case "NE":
      return distance % step === 0 && distance / step >= 0 ? distance / step : undefined;
    case "EQ":
      return undefined;
  }
}

/** How a loop counts; undefined for one of which that is not known. The counter is a signed integer. */
export function countedLoop(loop: OperationOf<"stablehlo.while">): CountedLoop | undefined {
  const condition = conditionOf(loop);
  if (condition === undefined) return undefined;
  const { slot, direction, bound } = condition;
  const { element } = typeOf(loop.operands[slot]!);
  const [start, step] = [knownInteger(loop.operands[slot]!, loop), stepOf(loop, slot)];
  if (element !== "i32" && element !== "i64") return undefined;
  if (start === undefined || step === undefined || step === 0) return undefined;
  const trips = tripsOf(start, step, direction, bound);
  return trips === undefined ? undefined : { slot, element, start, step, trips };
}
