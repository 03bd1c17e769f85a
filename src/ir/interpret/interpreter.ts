/** @file Running functions: frames of values, calls, and limits. */
import { InternalError } from "../../support/errors.js";
import { ownValue } from "../../support/own-value.js";
import { suggestion } from "../../support/suggest.js";
import type { FindDecomposition } from "../decompositions.js";
import { findDecomposition } from "../dialect.js";
import type { Elements } from "../elements.js";
import type { Block, Operation, Region, Value } from "../operation.js";
import { hasTrait, isOp, type OperationOf } from "../ops/index.js";
import { byteWidth, elementCount, formatType, isStatic, type TensorType, type Type } from "../types.js";
import { isCompatible } from "../verify-types.js";
import { decomposed, eraseBlock } from "./decomposed.js";
import { InterpretError, UnsupportedError, whereOf } from "./errors.js";
import type { Machine, RuntimeValue } from "./machine.js";
import { overRealNumbers } from "./quantise.js";
import { controlRuleTable, reasonNotInterpreted, tensorRuleTable } from "./rules.js";
import { runTimeChecks } from "./run-time-checks.js";
import { Tensor } from "./tensor.js";
import { type OptionNames, checkOptions } from "../../support/options.js";

/** Any rule, called with an operation of its name. */
type AnyTensorRule = (operation: never, operands: readonly Tensor[], machine: Machine) => readonly Tensor[];
type AnyControlRule = (
  operation: never,
  operands: readonly RuntimeValue[],
  machine: Machine,
) => readonly RuntimeValue[];

export const findTensorRule = (name: string): AnyTensorRule | undefined =>
  ownValue(tensorRuleTable as Readonly<Record<string, AnyTensorRule>>, name);
const findControlRule = (name: string): AnyControlRule | undefined =>
  ownValue(controlRuleTable as Readonly<Record<string, AnyControlRule>>, name);

/** Called for each check op that runs. */
export type CheckListener = (check: Operation, difference: string | undefined) => void;

export interface InterpretOptions {
  /** Operations that may run before the program is taken to have no end; 100 million when not given. */
  readonly maxOperations?: number;
  /** What ops mean that are not interpreted themselves (`findMeaning` of src/lowering for models' ops and chlo's), beside added dialects'. */
  readonly decompositions?: FindDecomposition;
  /** Called for each `interpreter.print` that runs; nobody listens unless given. */
  readonly onPrint?: ((operation: Operation, value: Elements) => void) | undefined;
}

export const INTERPRET_OPTIONS: OptionNames<InterpretOptions> = {
  maxOperations: true,
  decompositions: true,
  onPrint: true,
};

/** A failed check ends a run that nobody listens to. */
const throwOnFailure: CheckListener = (check, difference) => {
  if (difference === undefined) return;
  throw new InterpretError({ message: `${check.name} fails: ${difference}`, where: whereOf(check) });
};

const maxDepth = 1000;

/** A tensor beyond this is not for an interpreter. */
const maxBytes = 2 ** 28;

/** Complains about results that would not fit into memory. */
export function checkSizes(operation: Operation): void {
  for (const { type } of operation.results) {
    if (type.kind !== "tensor" || !isStatic(type)) continue;
    if (elementCount(type.shape) * byteWidth(type.element) <= maxBytes) continue;
    throw new InterpretError({
      message: `${operation.name} makes ${formatType(type)}, too large to interpret`,
      expected: `at most ${maxBytes} bytes`,
      where: whereOf(operation),
    });
  }
}

/** One run of a program: its functions, its listener, and what is left of its limits. */
export class Program implements Disposable {
  #left: number;
  #depth = 0;
  readonly #meanings = new Map<Operation, Block>();
  readonly #find: FindDecomposition;
  readonly functions: ReadonlyMap<string, OperationOf<"func.func">>;
  readonly checkAtRunTime = runTimeChecks();
  readonly onPrint: InterpretOptions["onPrint"];

  constructor(
    module: Operation | undefined,
    readonly onCheck: CheckListener = throwOnFailure,
    { maxOperations = 1e8, decompositions, onPrint }: InterpretOptions = {},
  ) {
    this.onPrint = onPrint;
    this.#left = maxOperations;
    this.#find = (operation) => decompositions?.(operation) ?? findDecomposition(operation);
    const body = module?.regions[0]?.blocks[0]?.operations ?? [];
    const functions = body.filter((operation) => isOp(operation, "func.func"));
    this.functions = new Map(functions.map((func) => [func.attributes.sym_name, func]));
  }

  /** What an op with a decomposition means, as a block over its operands; undefined for all others. */
  meaningOf(operation: Operation): Block | undefined {
    const known = this.#meanings.get(operation) ?? decomposed(operation, this.#find);
    if (known !== undefined) this.#meanings.set(operation, known);
    return known;
  }

  /** Erases what ops were found to mean, so that the module is as it was. */
  [Symbol.dispose](): void {
    for (const meaning of this.#meanings.values()) eraseBlock(meaning);
    this.#meanings.clear();
  }

  /** Counts one operation against the limit. */
  countOperation(operation: Operation): void {
    if (this.#left-- > 0) return;
    throw new InterpretError({
      message: "the program has not ended within the limit of operations",
      where: whereOf(operation),
      hint: "raise maxOperations if it is no endless loop",
    });
  }

  /** Runs a function by name. */
  call(name: string, values: readonly RuntimeValue[], caller?: Operation): readonly RuntimeValue[] {
    const func = this.functions.get(name);
    const entry = func?.regions[0]?.blocks[0];
    const where = caller && whereOf(caller);
    if (func === undefined || entry === undefined)
      throw new InterpretError({
        message: `there is no function @${name} with a body`,
        where,
        hint: suggestion(name, this.functions.keys()),
      });
    if (this.#depth === maxDepth)
      throw new InterpretError({ message: `calls of @${name} are nested more than ${maxDepth} deep`, where });
    this.#depth++;
    try {
      return new Frame(this).runBlock(entry, values);
    } finally {
      this.#depth--;
    }
  }
}

/** The values of one call; regions inside see them, and write into the same map. */
export class Frame implements Machine {
  readonly #values = new Map<Value, RuntimeValue>();

  constructor(readonly program: Program) {}

  run(region: Region, values: readonly RuntimeValue[]): readonly RuntimeValue[] {
    return this.runBlock(region.entry, values);
  }

  call(name: string, values: readonly RuntimeValue[], caller: Operation): readonly RuntimeValue[] {
    return this.program.call(name, values, caller);
  }

  report(check: Operation, difference: string | undefined): void {
    this.program.onCheck(check, difference);
  }

  print(operation: Operation, value: Tensor): void {
    this.program.onPrint?.(operation, value.toElements());
  }

  runBlock(block: Block, values: readonly RuntimeValue[]): readonly RuntimeValue[] {
    block.arguments.forEach((argument, i) => {
      this.#values.set(argument, values[i]!);
    });
    for (let operation = block.first; operation !== undefined; operation = operation.next) {
      this.program.countOperation(operation);
      const operands = operation.operands.map((operand) => this.#valueOf(operand));
      if (hasTrait(operation, "terminator")) return operands;
      const results = this.#evaluate(operation, operands);
      operation.results.forEach((result, i) => {
        this.#values.set(result, results[i]!);
      });
    }
    throw new InterpretError({
      message: "a body ends without a return",
      where: block.last && whereOf(block.last),
    });
  }

  #valueOf(value: Value): RuntimeValue {
    const known = this.#values.get(value);
    if (known === undefined) throw new InternalError("a value is used before it is computed");
    return known;
  }

  #evaluate(operation: Operation, operands: readonly RuntimeValue[]): readonly RuntimeValue[] {
    const rule = findTensorRule(operation.name);
    checkSizes(operation);
    this.program.checkAtRunTime(operation, operands);
    if (rule !== undefined)
      return overRealNumbers(operation, operands as readonly Tensor[], (tensors) =>
        rule(operation as never, tensors, this),
      );
    const control = findControlRule(operation.name);
    if (control !== undefined) return control(operation as never, operands, this);
    const meaning = this.program.meaningOf(operation);
    if (meaning !== undefined) return this.runBlock(meaning, operands);
    const reason = reasonNotInterpreted(operation.name);
    throw new UnsupportedError(
      reason,
      `${operation.name} is not interpreted (${reason})`,
      whereOf(operation),
    );
  }
}

const list = (types: readonly Type[]): string => `(${types.map(formatType).join(", ")})`;

function asElements(value: RuntimeValue, name: string): Elements {
  if (value instanceof Tensor) return value.toElements();
  throw new UnsupportedError(
    `${value.kind} as a result`,
    `@${name} returns a ${value.kind}, not tensors alone`,
  );
}

/**
 * Runs function `name` of a module on whole tensors and returns its results.
 * @throws InterpretError for a wrong name or wrong inputs, a failed check op, or a program without end;
 *   UnsupportedError for an op that is neither interpreted nor decomposed (lower chlo ops first)
 */
export function interpretFunction(
  module: Operation,
  name: string,
  inputs: readonly Elements[],
  options: InterpretOptions = {},
): readonly Elements[] {
  checkOptions("interpretFunction", options, INTERPRET_OPTIONS);
  using program = new Program(module, throwOnFailure, options);
  const wanted = program.functions.get(name)?.attributes.function_type.inputs ?? [];
  const given: readonly TensorType[] = inputs.map((input) => input.type);
  const fits = given.length === wanted.length && given.every((type, i) => isCompatible(wanted[i]!, type));
  if (program.functions.has(name) && !fits)
    throw new InterpretError({
      message: `@${name} takes other inputs`,
      expected: list(wanted),
      got: list(given),
    });
  const values = inputs.map((input) => Tensor.fromElements(input));
  return program.call(name, values).map((value) => asElements(value, name));
}
