/** @file nn.selective_scan by a strategy: what is common to all (element types, the order of axes, direction). */
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import type { ScanChoice } from "../scan/lower.js";
import { type Recurrence, recurrenceOf, restored } from "./recurrence.js";
import { blockedSelective, type SelectiveOutputs, sequentialSelective } from "./strategies.js";

function computed(e: Emitter, recurrence: Recurrence, choice: ScanChoice): SelectiveOutputs {
  switch (choice.strategy) {
    case "sequential":
      return sequentialSelective(e, recurrence, choice.unroll);
    case "blocked":
      return blockedSelective(e, recurrence, choice.block);
    // Rows in order have no strided slices.
    case "associative":
    case "strided":
      return blockedSelective(e, recurrence, recurrence.shape[recurrence.time]!);
  }
}

/** y in x's element type and the last state in f32, whatever the strategy. */
export function lowerSelectiveScan(
  e: Emitter,
  op: OperationOf<"nn.selective_scan">,
  choice: ScanChoice,
): readonly Value[] {
  const [x, h0] = [op.operands[0]!, op.operands[6]!];
  if (shapeOf(x)[op.attributes.axis] === 0) return [x, h0];
  const recurrence = recurrenceOf(e, op);
  const { y, last } = computed(e, recurrence, choice);
  const all = recurrence.shape.map((_, dim) => dim);
  return [
    e.convert(restored(e, op, y, all.slice(0, shapeOf(x).length)), typeOf(x).element),
    e.reshape(restored(e, op, last, all), shapeOf(h0)),
  ];
}
