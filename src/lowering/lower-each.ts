/** @file The loop all lowering passes share: replace every op of some names by what a rule makes of it. */
import { Builder } from "../ir/builder.js";
import { type Operation, type Value, walk } from "../ir/operation.js";
import { isOp, type OperationOf, type OpName } from "../ir/ops/index.js";
import { replaceOperation } from "../ir/rewriter.js";
import type { PassContext } from "../passes/pass.js";
import { Emitter } from "../ir/emit.js";

/** Replaces each op named `name` below `module` by the values of `rule`, emitted before it; undefined leaves it alone. */
export function replaceEach<K extends OpName>(
  module: Operation,
  context: PassContext,
  name: K,
  rule: (emitter: Emitter, op: OperationOf<K>) => readonly Value[] | undefined,
): void {
  for (const operation of [...walk(module)]) {
    if (!isOp(operation, name)) continue;
    const values = rule(new Emitter(Builder.before(operation)), operation);
    if (values === undefined) continue;
    replaceOperation(operation, values);
    context.count(`${name} lowered`);
  }
}
