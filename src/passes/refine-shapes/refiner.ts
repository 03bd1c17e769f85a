/** @file Functions of a program made anew for the shapes that they are called with, one for each such call. */
import {
  bodyOf,
  freeSymbol,
  type FunctionOperation,
  functionsOf,
  returnedValues,
} from "../../ir/analysis/symbols.js";
import { Builder } from "../../ir/builder.js";
import type { Elements } from "../../ir/elements.js";
import { interpretFunction, InterpretError } from "../../ir/interpret/index.js";
import type { Block, Operation, Region, Value } from "../../ir/operation.js";
import { isOp } from "../../ir/ops/index.js";
import {
  insertOperation,
  makeBlock,
  makeOperation,
  makeRegion,
  setNameHint,
  type ValueMap,
} from "../../ir/rewriter.js";
import { formatType, functionType, isUnbounded, type Type } from "../../ir/types.js";
import { refineResultTypes } from "../../ir/verify.js";
import { withoutCall, withoutShapeOperands } from "./custom-calls.js";
import { staticForm } from "./dynamic-ops.js";
import { refineErrorAt } from "./errors.js";
import { calleeOf } from "./is-dynamic.js";
import { isShapeLike, KnownValues } from "./known.js";
import { argumentTypes, manualResultTypes } from "./region-types.js";
import { writtenTypes } from "./written-types.js";

/** An argument of a call: its type, and its elements where shapes may be computed of them. */
export interface Argument {
  readonly type: Type;
  readonly elements: Elements | undefined;
}

/** A function for one kind of call. */
interface Specialised {
  readonly name: string;
  readonly operation: Operation;
  /** Of each result its elements, where they do not depend on data. */
  readonly known: readonly (Elements | undefined)[];
}

/** What is the same for all functions of a program, and for all operations of one function. */
interface Scope {
  readonly map: ValueMap;
  readonly known: KnownValues;
}

export class Refiner {
  readonly #module: Operation;
  readonly #functions: ReadonlyMap<string, FunctionOperation>;
  readonly #dynamic: ReadonlySet<Operation>;
  readonly #made = new Map<string, Specialised>();
  readonly #open = new Set<string>();
  readonly #names: Set<string>;
  readonly #replaced = new Set<FunctionOperation>();

  /** @param dynamic the functions of the module that `dynamicFunctions` finds */
  constructor(module: Operation, dynamic: ReadonlySet<Operation>) {
    this.#module = module;
    this.#functions = new Map(functionsOf(module).map((func) => [func.attributes.sym_name, func]));
    this.#dynamic = dynamic;
    this.#names = new Set(this.#functions.keys());
  }

  /** The functions made, callers first, and those in whose place they stand. */
  get results(): { readonly made: readonly Operation[]; readonly replaced: ReadonlySet<FunctionOperation> } {
    const made = [...this.#made.values()].map(({ operation }) => operation).reverse();
    return { made, replaced: this.#replaced };
  }

  /** The function for calls with these arguments. @throws RefineError, VerifyError where it cannot be static */
  specialise(func: FunctionOperation, args: readonly Argument[], caller: Operation): Specialised {
    const key = keyOf(func, args);
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const { sym_name: name } = func.attributes;
    if (this.#open.has(key))
      throw refineErrorAt(caller, { message: `@${name} calls itself, so that its shapes cannot be found` });
    this.#open.add(key);
    const made = this.#make(func, args);
    this.#open.delete(key);
    this.#made.set(key, made);
    return made;
  }

  #make(func: FunctionOperation, args: readonly Argument[]): Specialised {
    const name = this.#nameFor(func);
    const from = bodyOf(func)!;
    const body = copyArguments(
      from,
      args.map(({ type }) => type),
    );
    const scope: Scope = { map: new Map(), known: new KnownValues() };
    from.arguments.forEach((argument, i) => {
      scope.map.set(argument, body.arguments[i]!);
      const { elements } = args[i]!;
      if (elements !== undefined) scope.known.set(body.arguments[i]!, elements);
    });
    this.#refineBlock(from, body, scope);
    const known = returnedValues(body).map((value) => scope.known.get(value));
    const results = returnedValues(body).map(({ type }) => type);
    const operation = makeOperation({
      name: "func.func",
      attributes: {
        ...func.attributes,
        sym_name: name,
        function_type: functionType(
          args.map(({ type }) => type),
          results,
        ),
      },
      extra: func.extra,
      regions: [makeRegion([body])],
      location: func.location,
    });
    return { name, operation, known };
  }

  /** The function's own name for the first that is made of it. */
  #nameFor(func: FunctionOperation): string {
    const { sym_name: own } = func.attributes;
    if (!this.#replaced.has(func)) {
      this.#replaced.add(func);
      return own;
    }
    const name = freeSymbol(own, (symbol) => this.#names.has(symbol));
    this.#names.add(name);
    return name;
  }

  #refineBlock(from: Block, to: Block, scope: Scope): void {
    for (const operation of from) {
      const values = this.#refineOperation(operation, to, scope);
      operation.results.forEach((result, i) => {
        const value = values[i]!;
        if (value.nameHint === undefined) setNameHint(value, result.nameHint);
        scope.map.set(result, value);
      });
    }
  }

  #refineOperation(operation: Operation, to: Block, scope: Scope): readonly Value[] {
    const operands = operation.operands.map((operand) => scope.map.get(operand) ?? operand);
    const builder = Builder.atEnd(to);
    builder.location = operation.location;
    const last = to.last;
    const replaced = this.#withoutDynamism(operation, operands, builder, scope.known);
    for (let made = last === undefined ? to.first : last.next; made !== undefined; made = made.next)
      scope.known.learn(made);
    checkRefined(operation, replaced ?? []);
    if (replaced !== undefined) return replaced;
    return this.#copy(operation, operands, builder, scope);
  }

  /** The values of an op about shapes without it, as soon as its shapes are known. */
  #withoutDynamism(
    operation: Operation,
    operands: readonly Value[],
    builder: Builder,
    known: KnownValues,
  ): readonly Value[] | undefined {
    if (!isOp(operation, "stablehlo.custom_call")) return staticForm(operation, operands, known, builder);
    const view = { call: operation, operands, known, builder, module: this.#module };
    return withoutCall(view) ?? withoutShapeOperands(view);
  }

  #copy(operation: Operation, operands: readonly Value[], builder: Builder, scope: Scope): readonly Value[] {
    const callee = this.#calleeOf(operation, operands, scope.known);
    const regions = operation.regions.map((region) => this.#refineRegion(region, operation, operands, scope));
    const attributes = callee === undefined ? operation.attributes : withCallee(operation, callee.name);
    const written =
      callee?.operation === undefined
        ? this.#writtenTypes(operation, operands, regions)
        : resultTypesOf(callee.operation);
    const { name, declaration, extra, location } = operation;
    const parts = { name, declaration, operands, attributes, regions, location };
    const resultTypes = refineResultTypes({ ...parts, resultTypes: written });
    const copy = makeOperation({ ...parts, extra, resultTypes });
    insertOperation(copy, builder.block);
    checkRefined(copy, copy.results);
    scope.known.learn(copy);
    return callee === undefined ? copy.results : knownResults(copy, callee.known, builder, scope.known);
  }

  #writtenTypes(
    operation: Operation,
    operands: readonly Value[],
    regions: readonly Region[],
  ): readonly Type[] {
    const given = regions[0]?.blocks[0]?.last?.operands ?? [];
    return manualResultTypes(operation, given, this.#module) ?? writtenTypes(operation, operands);
  }

  /** What a call is to call: a function for these shapes; for one whose shapes are all static, itself. */
  #calleeOf(
    operation: Operation,
    operands: readonly Value[],
    known: KnownValues,
  ):
    | { readonly name: string; readonly operation?: Operation; readonly known: Specialised["known"] }
    | undefined {
    const name = calleeOf(operation);
    const func = name === undefined ? undefined : this.#functions.get(name);
    if (func === undefined || bodyOf(func) === undefined) return undefined;
    const args = operands.map((value) => ({ type: value.type, elements: known.get(value) }));
    if (this.#dynamic.has(func)) return this.specialise(func, args, operation);
    return { name: name!, known: this.#run(func, args, operation) };
  }

  /** The results of a function of static shapes that do not depend on data. */
  #run(func: FunctionOperation, args: readonly Argument[], call: Operation): Specialised["known"] {
    if (!call.results.some(isShapeLike)) return [];
    const inputs = args.flatMap(({ elements }) => elements ?? []);
    if (inputs.length < args.length || !call.results.every(isShapeLike)) return knownOf(func, args);
    try {
      return interpretFunction(this.#module, func.attributes.sym_name, inputs, { maxOperations: 1e5 });
    } catch (error) {
      if (error instanceof InterpretError) return knownOf(func, args);
      throw error;
    }
  }

  /** A region for new operands. */
  #refineRegion(region: Region, operation: Operation, operands: readonly Value[], scope: Scope): Region {
    const blocks = region.blocks.map((from) => {
      const to = copyArguments(from, argumentTypes(operation, operands, from, this.#module));
      from.arguments.forEach((argument, i) => {
        const value = to.arguments[i]!;
        scope.map.set(argument, value);
        const elements = takesWhole(operation, operands[i], value) && scope.known.get(operands[i]!);
        if (elements) scope.known.set(value, elements);
      });
      this.#refineBlock(from, to, scope);
      return to;
    });
    return makeRegion(blocks);
  }
}

/** Whether an argument of a computation of Shardy is an operand as it is, and no part of it. */
const takesWhole = (operation: Operation, operand: Value | undefined, argument: Value): boolean =>
  isOp(operation, "sdy.named_computation", "sdy.manual_computation") && operand?.type === argument.type;

/** What is known of the results of a function by its operations one by one: some may do more than make results. */
function knownOf(func: FunctionOperation, args: readonly Argument[]): Specialised["known"] {
  const body = bodyOf(func)!;
  const known = new KnownValues();
  body.arguments.forEach((argument, i) => {
    const { elements } = args[i]!;
    if (elements !== undefined) known.set(argument, elements);
  });
  for (const operation of body) known.learn(operation);
  return returnedValues(body).map((value) => known.get(value));
}

const keyOf = (func: FunctionOperation, args: readonly Argument[]): string =>
  [
    func.attributes.sym_name,
    ...args.map(
      ({ type, elements }) =>
        `${formatType(type)}${elements === undefined ? "" : `=${elements.data.join()}`}`,
    ),
  ].join(";");

const copyArguments = (from: Block, types: readonly Type[]): Block =>
  makeBlock(
    types,
    from.arguments.map(({ nameHint }) => nameHint),
    from.arguments.map(({ location }) => location),
  );

const withCallee = (operation: Operation, name: string): Operation["attributes"] =>
  isOp(operation, "func.call")
    ? { ...operation.attributes, callee: name }
    : { ...operation.attributes, decomposition: name };

const resultTypesOf = ({ attributes }: Operation): readonly Type[] =>
  (attributes as FunctionOperation["attributes"]).function_type.results;

/** Results of a call that do not depend on data, as constants: what computes them is dead then. */
function knownResults(
  call: Operation,
  elements: Specialised["known"],
  builder: Builder,
  known: KnownValues,
): readonly Value[] {
  return call.results.map((result, i) => {
    const value = elements[i];
    if (value === undefined || !isShapeLike(result)) return result;
    const constant = builder.create("stablehlo.constant", [], { value }).result;
    known.set(constant, value);
    return constant;
  });
}

/** @throws RefineError for an op whose result still has an unknown size */
function checkRefined(operation: Operation, values: readonly Value[]): void {
  const open = values.find(({ type }) => isUnbounded(type));
  if (open === undefined) return;
  throw refineErrorAt(operation, {
    message: `the shape of what ${describe(operation)} makes depends on data, and cannot be refined`,
    expected: "sizes that follow from the shapes of @main's inputs",
    got: formatType(open.type),
  });
}

const describe = (operation: Operation): string =>
  isOp(operation, "stablehlo.custom_call")
    ? `custom_call @${operation.attributes.call_target_name}`
    : operation.name;
