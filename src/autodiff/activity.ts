/** @file Activity: which values depend on the inputs of a gradient, by way of floats and of ops that are not constant. */
import { returnedValues } from "../ir/analysis/symbols.js";
import type { Block, Operation, Value } from "../ir/operation.js";
import { isOp, type OperationOf } from "../ir/ops/index.js";
import { isComplex, isFloat, isQuantized, isStatic } from "../ir/types.js";
import { dependencies } from "../ir/analysis/captures.js";
import { dynamicShapeError } from "./errors.js";
import type { Functions } from "./functions.js";
import type { ActiveValues } from "./rule.js";
import { isConstantOp } from "./rules/index.js";
import { isStopped } from "./marks.js";

/** Whether a value has a gradient: floats and complex numbers have one, integers and booleans have none. */
export const hasGradient = ({ type }: Value): boolean =>
  type.kind === "tensor" && (isFloat(type.element) || isComplex(type.element));

/** Whether something in a value may depend on floats: what is quantised, tuples, values that are still to come. */
const holdsFloats = (value: Value): boolean =>
  hasGradient(value) ||
  (value.type.kind === "tensor" ? isQuantized(value.type.element) : value.type.kind !== "token");

/** Grows as operations are marked, each before those that use it. */
export class Activity implements ActiveValues {
  readonly #active = new Set<Value>();

  constructor(readonly functions: Functions) {}

  has(value: Value): boolean {
    return this.#active.has(value);
  }

  /** @throws DifferentiationError for a value of which a size is data */
  add(value: Value): void {
    if (!holdsFloats(value)) return;
    if (value.type.kind === "tensor" && !isStatic(value.type)) throw dynamicShapeError(value);
    this.#active.add(value);
  }

  mark(operations: Iterable<Operation>): void {
    for (const operation of operations) this.#markOperation(operation);
  }

  #markOperation(operation: Operation): void {
    if (isConstantOp(operation.name) || isStopped(operation)) return;
    if (isOp(operation, "stablehlo.while")) this.#markLoop(operation);
    else if (isOp(operation, "stablehlo.if", "stablehlo.case")) this.#markBranches(operation);
    else if (isOp(operation, "func.call")) this.#markCall(operation);
    else if (isOp(operation, "stablehlo.optimization_barrier"))
      this.#addWhere(operation.results, operation.operands);
    else if (dependencies(operation).some((value) => this.has(value)))
      for (const result of operation.results) this.add(result);
  }

  /** Adds the values of which another, at the same place, is active. */
  #addWhere(values: readonly Value[], others: readonly Value[]): void {
    values.forEach((value, i) => {
      if (this.has(others[i]!)) this.add(value);
    });
  }

  /** What one iteration makes active may make more so in the next, until nothing changes. */
  #markLoop(loop: OperationOf<"stablehlo.while">): void {
    const body = loop.regions[1]!.entry;
    this.#addWhere(body.arguments, loop.operands);
    for (let before = -1; before !== this.#active.size; ) {
      before = this.#active.size;
      this.mark(body);
      this.#addWhere(body.arguments, returnedValues(body));
    }
    this.#addWhere(loop.results, body.arguments);
  }

  #markBranches(operation: Operation): void {
    for (const { entry } of operation.regions) {
      this.mark(entry);
      this.#addWhere(operation.results, returnedValues(entry));
    }
  }

  /** A body is shared by its calls, so what is active in this one is told by a set of its own. */
  #markCall(call: OperationOf<"func.call">): void {
    if (!call.operands.some((value) => this.has(value))) return;
    const { callee } = call.attributes;
    if (this.functions.customGradient(callee) !== undefined) {
      for (const result of call.results) this.add(result);
      return;
    }
    const body = this.functions.body(callee);
    const inside = this.inside(
      body,
      call.operands.map((value) => this.has(value)),
    );
    const returned = returnedValues(body);
    call.results.forEach((result, i) => {
      if (inside.has(returned[i]!)) this.add(result);
    });
  }

  inside(body: Block, mask: readonly boolean[]): Activity {
    const activity = new Activity(this.functions);
    body.arguments.forEach((argument, i) => {
      if (mask[i] === true) activity.add(argument);
    });
    activity.mark(body);
    return activity;
  }
}
