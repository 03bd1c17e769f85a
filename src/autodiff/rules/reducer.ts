/** @file What a reduction's body does, where it is one op of the accumulator and the element. */
import type { ReducerName } from "../arithmetic.js";
import { type Block, definingOp } from "../../ir/operation.js";

const names = ["add", "multiply", "maximum", "minimum"] as const satisfies readonly ReducerName[];

/** The op by which a body of `count` accumulators makes accumulator `index`; undefined for any other body. */
export function reducerOf(body: Block, index: number, count: number): ReducerName | undefined {
  const made = definingOp(body.last!.operands[index]!);
  const [accumulator, element] = [body.arguments[index]!, body.arguments[count + index]!];
  const takesBoth = made?.operands.includes(accumulator) === true && made.operands.includes(element);
  return takesBoth ? names.find((name) => made.name === `stablehlo.${name}`) : undefined;
}
