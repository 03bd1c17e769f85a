/** @file Edges, which Shardy puts where a value enters or leaves an op with regions, or a function: one for each such value. */
import { type Violation, violation } from "../errors.js";
import { definingOp, isOperation, type Operation } from "../operation.js";
import { isOp } from "../ops/index.js";
import { formatType, isStatic } from "../types.js";

/** What is wrong with an edge; nothing for any other op. */
export function edgeProblem(operation: Operation): Violation | undefined {
  if (!isOp(operation, "sdy.data_flow_edge", "sdy.func_data_flow_edge")) return undefined;
  const input = operation.operands[0]!;
  const { type } = input;
  if (type.kind !== "tensor" || !isStatic(type))
    return violation("edge_shape", `the value must have a static shape, got ${formatType(type)}`);
  const uses = [...input.users].reduce(
    (count, user) => count + user.operands.filter((operand) => operand === input).length,
    0,
  );
  if (uses !== 1)
    return violation("edge_uses", `the value must be used once, here, and is used ${uses} times`);
  const maker = definingOp(input);
  if (isOp(operation, "sdy.data_flow_edge")) {
    const isShardys =
      maker?.name.startsWith("sdy.") === true &&
      !isOp(maker, "sdy.named_computation", "sdy.manual_computation");
    return isShardys ? violation("edge_input", `the value cannot come of ${maker.name}`) : undefined;
  }
  const { owner } = input;
  const isOfFunction = isOperation(owner)
    ? isOp(owner, "func.call")
    : isOp(owner.region?.operation, "func.func");
  return isOfFunction
    ? undefined
    : violation("edge_input", "the value must be an argument of a function or a result of a call");
}
