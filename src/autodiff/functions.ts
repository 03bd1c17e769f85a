/** @file The functions of the module that is differentiated, and what has been made of them: each gradient function once. */
import { bodyOf, ENTRY, freeSymbol, functionsIn, type FunctionOperation } from "../ir/analysis/symbols.js";
import type { Emitter } from "../ir/emit.js";
import type { Block, Operation, Value } from "../ir/operation.js";
import type { OperationOf } from "../ir/ops/index.js";
import { insertOperation } from "../ir/rewriter.js";
import { InternalError } from "../support/errors.js";

/** The gradient of a function as its author says: what the call's operands get, undefined where it is zero. */
export type CustomGradient = (
  e: Emitter,
  call: OperationOf<"func.call">,
  cotangents: readonly (Value | undefined)[],
) => readonly (Value | undefined)[];

const customGradients = new WeakMap<Operation, CustomGradient>();

/** Says what the gradient of calls of `func` is, instead of that of its body. */
export function setCustomGradient(func: Operation, gradient: CustomGradient): void {
  customGradients.set(func, gradient);
}

/** A call's gradient, made once for what is asked of it: which operands need one, which results have one. */
export interface GradientFunction {
  /** Computes what the function does, and returns after its results what the backward function needs. */
  readonly forward: FunctionOperation;
  /** Takes the cotangents that are there, the arguments `takes` of the function and what `forward` saved. */
  readonly backward: FunctionOperation;
  readonly takes: readonly number[];
  /** Which argument of the function each result of `backward` is the cotangent of. */
  readonly gives: readonly number[];
}

/** The functions of a module by name. */
export class Functions {
  readonly #gradients = new Map<string, GradientFunction>();
  #marks = 0;

  constructor(
    /** The block of the module, where functions are found and put. */
    readonly block: Block,
  ) {}

  /** The function called `symbol`, which has a body. */
  find(symbol: string): FunctionOperation {
    const func = functionsIn(this.block).find(({ attributes }) => attributes.sym_name === symbol);
    if (func === undefined) throw new InternalError(`a call of @${symbol}, which is not in the module`);
    return func;
  }

  /** The body of the function called `symbol`. */
  body(symbol: string): Block {
    const body = bodyOf(this.find(symbol));
    if (body === undefined) throw new InternalError(`a call of @${symbol}, which has no body`);
    return body;
  }

  customGradient(symbol: string): CustomGradient | undefined {
    return customGradients.get(this.find(symbol));
  }

  /** `name`, or the first name like it that is free; the entry's is taken. */
  freeName(name: string): string {
    const taken = new Set([ENTRY, ...functionsIn(this.block).map(({ attributes }) => attributes.sym_name)]);
    return freeSymbol(name, (symbol) => taken.has(symbol));
  }

  add(func: Operation): void {
    insertOperation(func, this.block);
  }

  /** A number that tells code which is computed again from all other code. */
  nextMark(): number {
    return this.#marks++;
  }

  /** The gradient function of `key`, made at the first time. */
  gradient(key: string, make: () => GradientFunction): GradientFunction {
    const known = this.#gradients.get(key) ?? make();
    this.#gradients.set(key, known);
    return known;
  }
}
