/** @file nn.selective_scan by a strategy: what is common to all (element types, the order of axes, direction). */
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";
import type { Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import type { ScanChoice } from "../scan/lower.js";
import { placesOf, type Recurrence, recurrenceOf } from "./recurrence.js";
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
  const { axis, states, reverse } = op.attributes;
  if (shapeOf(x)[axis] === 0) return [x, h0];
  const recurrence = recurrenceOf(e, op);
  const { y, last } = computed(e, recurrence, choice);
  const forward = reverse === true ? e.reverse(y, recurrence.time) : y;
  const places = placesOf(op, shapeOf(h0).length + 1);
  // Without the states, the places of the channels and of time close up.
  const rows = places
    .slice(0, shapeOf(x).length)
    .map((place) => (place > recurrence.time ? place - states : place));
  return [
    e.convert(e.transpose(forward, rows), typeOf(x).element),
    e.reshape(e.transpose(last, places), shapeOf(h0)),
  ];
}
