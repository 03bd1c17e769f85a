/** @file Inlining of private functions. */
import { z } from "zod";
import { type Operation, walk } from "../ir/operation.js";
import { isOp } from "../ir/ops/index.js";
import { type Location, nameLocation } from "../ir/location.js";
import {
  cloneOperation,
  insertOperation,
  replaceOperation,
  setLocation,
  type ValueMap,
} from "../ir/rewriter.js";
import { definePass, type PassContext } from "./pass.js";
import {
  bodyOf,
  findFunction,
  type FunctionOperation,
  functionsOf,
  returnedValues,
} from "../ir/analysis/symbols.js";

/** Where the callee's line stands when it is called from there, by names as compilers join them: `layers.3` / `mlp_block`. */
function calledFrom(caller: Location, callee: Location): Location {
  if (caller.kind !== "name" || callee.kind !== "name") return callee;
  return nameLocation(`${caller.name}/${callee.name}`, callee.child);
}

/** Puts a copy of the callee's body before the call. */
function inlineCall(call: Operation, callee: FunctionOperation): void {
  const body = bodyOf(callee)!;
  const map: ValueMap = new Map(body.arguments.map((argument, i) => [argument, call.operands[i]!]));
  for (const operation of body) {
    if (operation === body.last) continue;
    const copy = cloneOperation(operation, map);
    for (const inner of walk(copy)) setLocation(inner, calledFrom(call.location, inner.location));
    insertOperation(copy, call.block!, call);
  }
  const results = returnedValues(body).map((value) => map.get(value) ?? value);
  replaceOperation(call, results);
}

const isInlinable = (func: FunctionOperation): boolean =>
  func.attributes.sym_visibility === "private" && bodyOf(func) !== undefined;

/** Inlines callees before their callers, so that each body is copied in its final form; `open` are the callers under way. */
function inlineCallsIn(
  func: FunctionOperation,
  module: Operation,
  context: PassContext,
  done: Set<Operation>,
  open: ReadonlySet<Operation>,
): void {
  if (done.has(func)) return;
  const path = new Set([...open, func]);
  for (const call of [...walk(func)]) {
    if (!isOp(call, "func.call")) continue;
    const callee = findFunction(module, call.attributes.callee);
    if (callee === undefined || !isInlinable(callee) || path.has(callee)) continue;
    inlineCallsIn(callee, module, context, done, path);
    inlineCall(call, callee);
    context.count("calls inlined");
  }
  done.add(func);
}

export const inline = definePass({
  name: "inline",
  summary:
    "Puts the bodies of private functions in the place of their calls; functions that call themselves stay.",
  options: z.object({
    nested: z
      .boolean()
      .default(true)
      .describe("false leaves private functions, and so the calls in what was called, as they are"),
  }),
  example: {
    before: `
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = call @twice(%x) : (tensor<4xf32>) -> tensor<4xf32>
  %1 = call @twice(%0) : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}
func.func private @twice(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.add %x, %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}`,
    after: `
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.add %x, %x : tensor<4xf32>
  %1 = stablehlo.add %0, %0 : tensor<4xf32>
  return %1 : tensor<4xf32>
}
func.func private @twice(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.add %x, %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}`,
  },
  run(module, context, { nested }) {
    const functions = functionsOf(module);
    // A private function that counts as done is copied as it is.
    const done = new Set<Operation>(nested ? [] : functions.filter(isInlinable));
    for (const func of functions) inlineCallsIn(func, module, context, done, new Set());
  },
});
