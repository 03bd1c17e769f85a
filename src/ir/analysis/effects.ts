/** @file Which operations do nothing but make their results, so that they may be removed, merged or moved. */
import { postOrder } from "../../support/post-order.js";
import { type Operation, walk } from "../operation.js";
import { hasTrait, isOp } from "../ops/index.js";
import { bodyOf, findFunction, type FunctionOperation } from "./symbols.js";

/** What an operation lies in, all around it. */
export function moduleOf(operation: Operation): Operation {
  let root = operation;
  while (root.parent !== undefined) root = root.parent;
  return root;
}

/** Functions by whether they are pure, as far as it was asked. It holds as long as none of them is made to do more. */
export type PureFunctions = Map<Operation, boolean>;

/** The functions that an operation, or what is below it, calls; undefined for what the module does not define. */
function* calleesIn(operation: Operation): Generator<FunctionOperation | undefined> {
  for (const inner of walk(operation))
    if (isOp(inner, "func.call")) yield findFunction(moduleOf(inner), inner.attributes.callee);
}

/** Whether an operation does nothing, if its regions do nothing and functions are known for what they are. */
function isPureItself(operation: Operation, known: PureFunctions): boolean {
  if (!isOp(operation, "func.call"))
    return hasTrait(operation, "pure") || hasTrait(operation, "recursive-effects");
  const func = findFunction(moduleOf(operation), operation.attributes.callee);
  return func !== undefined && known.get(func) === true;
}

const hasPureRegions = (operation: Operation, known: PureFunctions): boolean =>
  operation.regions.every((region) =>
    region.blocks.every((block) => {
      for (const inner of block)
        if (!hasTrait(inner, "terminator") && !(isPureItself(inner, known) && hasPureRegions(inner, known)))
          return false;
      return true;
    }),
  );

/** Functions may call each other in chains of any length, and any number of times: each is looked at once. One that calls itself is an effect. */
function look(func: FunctionOperation, known: PureFunctions): void {
  const callees = (at: FunctionOperation) => [...calleesIn(at)].filter((callee) => callee !== undefined);
  for (const next of postOrder(func, (at) => known.has(at), callees))
    known.set(next, bodyOf(next) !== undefined && hasPureRegions(next, known));
}

/** Whether the operation may be removed when unused, merged with its equal, or moved to where its operands live. */
export const isPure = (operation: Operation): boolean => isPureGiven(operation, new Map());

/**
 * `isPure` for who asks often: each function is looked at once.
 * @param known what is known of functions, and learnt; none may be given effects meanwhile
 */
export function isPureGiven(operation: Operation, known: PureFunctions): boolean {
  if (hasTrait(operation, "terminator")) return false;
  const callsNothing = operation.regions.length === 0 && !isOp(operation, "func.call");
  if (!callsNothing) for (const func of calleesIn(operation)) if (func !== undefined) look(func, known);
  return isPureItself(operation, known) && hasPureRegions(operation, known);
}
