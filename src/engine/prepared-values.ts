/** @file Values that are computed from parameters alone, each held once, however many programs take it. */
import { bodyOf, ENTRY, findEntry, type FunctionOperation, returnedValues } from "../ir/analysis/symbols.js";
import { operationKey } from "../ir/analysis/structural-key.js";
import { Builder } from "../ir/builder.js";
import type { Operation, Value } from "../ir/operation.js";
import {
  cloneOperation,
  eraseOperation,
  insertOperation,
  makeBlock,
  makeOperation,
  makeRegion,
  setAttributes,
  setOperands,
  type ValueMap,
} from "../ir/rewriter.js";
import { formatType, functionType } from "../ir/types.js";
import { eraseDeadOperations } from "../passes/dce.js";
import {
  appendArgument,
  argumentAttributes,
  pathOf,
  removeArguments,
  updateSignature,
} from "../passes/hoist-parameters/signature.js";
import { preparationResult } from "../program/index.js";
import { sha256 } from "../support/hash.js";

/** One function that computes all of them; equal operations on equal operands are one operation there. */
export class PreparedValues {
  readonly #module: Operation;
  readonly #func: FunctionOperation;
  readonly #parameters = new Map<string, Value>();
  readonly #results = new Map<string, readonly Value[]>();
  /** Of each value, a hash of how it is computed from parameters: the same in every family, whatever came before it. */
  readonly #digests = new Map<Value, string>();
  readonly #names = new Map<Value, string>();

  /** @param nameOf names a value by its digest */
  constructor(private readonly nameOf: (digest: string) => string) {
    const block = makeBlock([]);
    this.#module = makeOperation({
      name: "builtin.module",
      regions: [makeRegion([makeBlock([])])],
    });
    Builder.atEnd(block).create("func.return", [], {});
    const attributes = {
      sym_name: ENTRY,
      sym_visibility: "public",
      function_type: functionType([], []),
    } as const;
    const regions = [makeRegion([block])];
    const at = Builder.atEnd(this.#module.regions[0]!.entry);
    this.#func = at.create("func.func", [], attributes, { regions }) as FunctionOperation;
  }

  /** Takes in what a preparation computes. @returns the names of its results, in order; equal values have one name */
  add(preparation: FunctionOperation): readonly string[] {
    const [from, to] = [bodyOf(preparation)!, bodyOf(this.#func)!];
    const map: ValueMap = new Map();
    for (const argument of from.arguments) map.set(argument, this.#parameter(preparation, argument));
    for (const operation of from) {
      if (operation === from.last) continue;
      const copy = cloneOperation(operation, map);
      insertOperation(copy, to, to.last);
      const results = this.#intern(copy);
      operation.results.forEach((result, i) => {
        map.set(result, results[i]!);
      });
    }
    return returnedValues(from).map((value) => this.#name(map.get(value)!));
  }

  #parameter(preparation: FunctionOperation, argument: Value): Value {
    const key = `${pathOf(preparation, argument)} ${formatType(argument.type)}`;
    const known = this.#parameters.get(key);
    if (known !== undefined) return known;
    const attributes = argumentAttributes(preparation, argument);
    const made = appendArgument(this.#func, argument.type, attributes, argument);
    this.#parameters.set(key, made);
    this.#digests.set(made, sha256(key));
    return made;
  }

  /** The results of the operation that was there first, of those that compute the same. */
  #intern(operation: Operation): readonly Value[] {
    const key = sha256(operationKey(operation, { of: (value) => this.#digests.get(value)! }));
    const known = this.#results.get(key);
    if (known !== undefined) {
      eraseOperation(operation);
      return known;
    }
    this.#results.set(key, operation.results);
    for (const [i, result] of operation.results.entries()) this.#digests.set(result, `${key}#${i}`);
    return operation.results;
  }

  #name(value: Value): string {
    const known = this.#names.get(value);
    if (known !== undefined) return known;
    const name = this.nameOf(this.#digests.get(value)!);
    this.#names.set(value, name);
    return name;
  }

  /** A module whose entry computes the values of these names alone, as its outputs, in the order in which they came. */
  moduleOf(names: ReadonlySet<string>, moduleName: string): Operation {
    const wanted = [...this.#names].filter(([, name]) => names.has(name));
    const map: ValueMap = new Map();
    const copy = cloneOperation(this.#module, map);
    const func = findEntry(copy)!;
    const body = bodyOf(func)!;
    setOperands(
      body.last!,
      wanted.map(([value]) => map.get(value)!),
    );
    eraseDeadOperations(body);
    const attributes = body.arguments.map((argument) => argumentAttributes(func, argument));
    updateSignature(func, attributes);
    removeArguments(func, new Set(body.arguments.filter(({ users }) => users.size === 0)));
    setAttributes(func as Operation, {
      ...func.attributes,
      res_attrs: wanted.map(([, name]) => preparationResult(name)),
    });
    setAttributes(copy, { ...copy.attributes, sym_name: moduleName });
    return copy;
  }

  /** In the order in which they came. */
  get names(): readonly string[] {
    return [...this.#names.values()];
  }
}
