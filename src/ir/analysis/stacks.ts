/** @file Carried values of a loop that are stacks: each iteration writes a row of its own, and nothing reads them before the loop ends. */
import { shapeOf } from "../emit.js";
import { definingOp } from "../operation.js";
import { isOp, type OperationOf } from "../ops/index.js";
import type { CountedLoop } from "./counted-loop.js";

/** The least and the largest value of a loop's counter. */
function counterBounds({ start, step, trips }: CountedLoop): readonly [number, number] {
  const last = start + (trips - 1) * step;
  return [Math.min(start, last), Math.max(start, last)];
}

/** Whether carried value `slot` is such a stack: its rows are told apart by the counter, which stays in bounds. */
export function isStack(loop: OperationOf<"stablehlo.while">, counted: CountedLoop, slot: number): boolean {
  const [condition, body] = [loop.regions[0]!.entry, loop.regions[1]!.entry];
  const stack = body.arguments[slot]!;
  const write = definingOp(body.last!.operands[slot]!);
  if (!isOp(write, "stablehlo.dynamic_update_slice") || write.operands[0] !== stack) return false;
  if (stack.users.size !== 1 || condition.arguments[slot]!.users.size > 0) return false;
  const isReturnedAlone = body.last!.operands.filter((value) => value === write.result).length === 1;
  if (!isReturnedAlone || write.result.users.size !== 1 || write.operands.indexOf(stack, 1) >= 0)
    return false;
  const axis = write.operands.indexOf(body.arguments[counted.slot]!, 2) - 2;
  if (axis < 0 || shapeOf(write.operands[1]!)[axis] !== 1) return false;
  const [least, most] = counterBounds(counted);
  return least >= 0 && most < shapeOf(stack)[axis]!;
}
