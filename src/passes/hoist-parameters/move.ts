/** @file Moves chosen values from the entry of a module into its preparation. */
import { Builder } from "../../ir/builder.js";
import { isOperation, type Operation, type Value } from "../../ir/operation.js";
import {
  cloneOperation,
  insertOperation,
  makeBlock,
  makeRegion,
  replaceAllUses,
  setOperands,
  type ValueMap,
} from "../../ir/rewriter.js";
import { functionType } from "../../ir/types.js";
import { findPreparation, preparationMark, preparedAttributes } from "../../program/index.js";
import { eraseDeadOperations } from "../dce.js";
import {
  bodyOf,
  findFunction,
  freeSymbol,
  type FunctionOperation,
  returnedValues,
} from "../../ir/analysis/symbols.js";
import { appendArgument, argumentAttributes, pathOf, removeArguments, updateSignature } from "./signature.js";
import { readBy } from "./trees.js";

/** The preparation, made empty at the end of the module when there is none. */
function prepareFunction(module: Operation): FunctionOperation {
  const known = findPreparation(module);
  if (known !== undefined) return known;
  const block = makeBlock([]);
  Builder.atEnd(block).create("func.return", [], {});
  const symbol = freeSymbol("prepare", (name) => findFunction(module, name) !== undefined);
  const attributes = { sym_name: symbol, function_type: functionType([], []) };
  const regions = [makeRegion([block])];
  return Builder.atEnd(module.regions[0]!.entry).create("func.func", [], attributes, {
    regions,
    extra: preparationMark,
  }) as FunctionOperation;
}

/** Copies values and what they are made of from `main` into `prepare`; parameters become its arguments, by path. */
class Copier {
  readonly #map: ValueMap = new Map();

  constructor(
    readonly main: FunctionOperation,
    readonly prepare: FunctionOperation,
  ) {}

  copy(value: Value): Value {
    const known = this.#map.get(value);
    if (known !== undefined) return known;
    const { owner } = value;
    if (!isOperation(owner)) return this.#parameter(value);
    for (const operand of readBy(owner)) this.copy(operand);
    const body = bodyOf(this.prepare)!;
    insertOperation(cloneOperation(owner, this.#map), body, body.last);
    return this.#map.get(value)!;
  }

  #parameter(argument: Value): Value {
    const path = pathOf(this.main, argument);
    const known = bodyOf(this.prepare)!.arguments.find((other) => pathOf(this.prepare, other) === path);
    const attributes = argumentAttributes(this.main, argument);
    const made = known ?? appendArgument(this.prepare, argument.type, attributes, argument);
    this.#map.set(argument, made);
    return made;
  }
}

/** Makes the preparation return `values`, and `main` take them as arguments. */
export function movePrepared(module: Operation, main: FunctionOperation, values: readonly Value[]): void {
  const prepare = prepareFunction(module);
  const [body, target] = [bodyOf(main)!, bodyOf(prepare)!];
  const parametersBefore = body.arguments.filter(
    (argument) => pathOf(main, argument) !== undefined && argument.users.size > 0,
  );
  const copier = new Copier(main, prepare);
  const first = returnedValues(target).length;
  const copies = values.map((value) => copier.copy(value));
  setOperands(target.last!, [...returnedValues(target), ...copies]);
  updateSignature(
    prepare,
    target.arguments.map((argument) => argumentAttributes(prepare, argument)),
  );
  values.forEach((value, i) => {
    const mark = preparedAttributes(first + i);
    replaceAllUses(value, appendArgument(main, value.type, mark, value));
  });
  eraseDeadOperations(body);
  removeArguments(main, new Set(parametersBefore.filter((argument) => argument.users.size === 0)));
}
