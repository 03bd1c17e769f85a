/** @file Other forms of griffin ops, for targets whose strength is the product of matrices, where there are rows enough to fill it. */
import type { Operation, Value } from "../../ir/operation.js";
import { isOp, type OperationOf } from "../../ir/ops/index.js";
import { type Emitter, shapeOf } from "../../ir/emit.js";
import { gatesAfterProducts } from "./gates.js";
import { rmsNormByProduct } from "./norm.js";
import { rotaryByProduct } from "./rotary.js";

/** Fewer rows do not fill the matrix unit. */
const LEAST_ROWS = 64;

/** The values of an op by a product of matrices; undefined when its meaning is as good. */
export function byMatrixUnit(e: Emitter, op: Operation): readonly Value[] | undefined {
  const shape = op.operands.length === 0 ? [] : shapeOf(op.operands[0]!);
  const rows = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  if (rows < LEAST_ROWS) return undefined;
  if (isOp(op, "nn.rms_norm")) return rmsNormByProduct(e, op as OperationOf<"nn.rms_norm">);
  if (isOp(op, "griffin.rg_lru_gates"))
    return gatesAfterProducts(e, op as OperationOf<"griffin.rg_lru_gates">);
  if (isOp(op, "nn.rotary")) return rotaryByProduct(e, op as OperationOf<"nn.rotary">);
  return undefined;
}
