/** @file Floats of four bits as integers: XLA's CPU compiler (jaxlib 0.11.2) takes their largest number, 6, for one beyond every integer. */
import { Builder } from "../ir/builder.js";
import { Emitter, typeOf } from "../ir/emit.js";
import { type Operation, walk } from "../ir/operation.js";
import { isOp, type OperationOf } from "../ir/ops/index.js";
import { setOperands } from "../ir/rewriter.js";
import { isInteger } from "../ir/types.js";

/** Whether a conversion makes integers of floats of four bits. */
export const losesSix = ({ operands, result }: OperationOf<"stablehlo.convert">): boolean =>
  typeOf(operands[0]!).element === "f4E2M1FN" && isInteger(typeOf(result).element);

/** Has such conversions read f32, which holds every float of four bits. */
export function convertByF32(module: Operation): void {
  for (const operation of [...walk(module)]) {
    if (!isOp(operation, "stablehlo.convert") || !losesSix(operation)) continue;
    const emit = new Emitter(Builder.before(operation));
    setOperands(operation, [emit.convert(operation.operands[0]!, "f32")]);
  }
}
