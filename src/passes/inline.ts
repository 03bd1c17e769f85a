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
import { violationError } from "../ir/errors.js";
import { EXPANDED_OPERATIONS, expansion } from "../ir/verify-program/call-graph.js";
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

/** A function whose calls are being inlined. */
interface Frame {
  readonly func: FunctionOperation;
  readonly calls: readonly Operation[];
  /** The call to look at. */
  at: number;
  /** Operations that it has by now. */
  size: number;
}

function frameOf(func: FunctionOperation): Frame {
  const inside = [...walk(func)];
  return {
    func,
    calls: inside.filter((operation) => isOp(operation, "func.call")),
    at: 0,
    size: inside.length,
  };
}

/** Inlines calls of a module's functions, callees before their callers, so that each body is copied in its final form. */
class Inliner {
  /** By functions whose calls are inlined. */
  readonly #sizes = new Map<Operation, number>();

  constructor(
    readonly module: Operation,
    readonly context: PassContext,
    /** Private functions that stay as they are. */
    whole: readonly FunctionOperation[],
  ) {
    for (const func of whole) this.#sizes.set(func, frameOf(func).size);
  }

  /** By hand, not by recursion: a chain of calls may be longer than the stack is deep. @throws VerifyError for what is too large then */
  inlineCallsIn(root: FunctionOperation): void {
    if (this.#sizes.has(root)) return;
    const open = [frameOf(root)];
    const path = new Set<Operation>([root]);
    for (let frame = open.at(-1); frame !== undefined; frame = open.at(-1)) {
      const call = frame.calls[frame.at];
      if (call === undefined) {
        this.#sizes.set(frame.func, frame.size);
        path.delete(frame.func);
        open.pop();
        continue;
      }
      const callee = this.#calleeOf(call);
      if (callee !== undefined && !path.has(callee) && !this.#sizes.has(callee)) {
        open.push(frameOf(callee));
        path.add(callee);
        continue;
      }
      frame.at += 1;
      if (callee !== undefined && !path.has(callee)) this.#inline(call, callee, frame);
    }
  }

  #calleeOf(call: Operation): FunctionOperation | undefined {
    if (!isOp(call, "func.call")) return undefined;
    const callee = findFunction(this.module, call.attributes.callee);
    return callee !== undefined && isInlinable(callee) ? callee : undefined;
  }

  #inline(call: Operation, callee: FunctionOperation, frame: Frame): void {
    // The function itself and its return stay behind, and so does the call.
    frame.size += this.#sizes.get(callee)! - 3;
    if (frame.size > EXPANDED_OPERATIONS) throw violationError(frame.func, expansion(frame.func, frame.size));
    inlineCall(call, callee);
    this.context.count("calls inlined");
  }
}

export const inline = definePass({
  name: "inline",
  summary:
    "Puts the bodies of private functions in the place of their calls; functions that call themselves stay, and a function of more than 2,097,152 operations is an error.",
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
    const inliner = new Inliner(module, context, nested ? [] : functions.filter(isInlinable));
    for (const func of functions) inliner.inlineCallsIn(func);
  },
});
