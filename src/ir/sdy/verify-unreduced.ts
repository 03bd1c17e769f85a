/** @file Unreduced axes from one sharding of a tensor to the next: which may come and go, and by what they are reduced. */
import { type Violation, violation } from "../errors.js";
import type { AxisRef, Mesh, ReductionOp, TensorSharding } from "./attributes.js";
import { axesBeyond, overlap, showAxis } from "./axes.js";

interface Allowed {
  /** Whether axes may become unreduced. */
  readonly introduces?: boolean;
  /** By what axes are reduced that are unreduced no more. */
  readonly removed: ReductionOp;
}

/** What is wrong with unreduced axes between shardings of one mesh. */
export function unreducedProblem(
  mesh: Mesh,
  operand: TensorSharding,
  result: TensorSharding,
  { introduces = false, removed }: Allowed,
): Violation | undefined {
  const [added] = axesBeyond(mesh, result.unreduced, operand.unreduced);
  if (added !== undefined && !introduces)
    return violation("unreduced_added", `${showAxis(added)} cannot become unreduced here`);
  const [gone] = axesBeyond(mesh, operand.unreduced, result.unreduced);
  if (gone !== undefined && operand.reductionOp !== removed)
    return wrongReduction(gone, operand.reductionOp, removed);
  const kept = result.unreduced.find((axis) => operand.unreduced.some((other) => overlap(mesh, axis, other)));
  return kept !== undefined && operand.reductionOp !== result.reductionOp
    ? wrongReduction(kept, result.reductionOp, operand.reductionOp)
    : undefined;
}

const wrongReduction = (axis: AxisRef, got: ReductionOp, wanted: ReductionOp): Violation =>
  violation("unreduced_op", `${showAxis(axis)} must be reduced by ${wanted} here, got ${got}`);
