/**
 * @file What a model repeats is written once: stretches of a public function that stand in scopes of their own (`layers.3`) and compute
 * the same become one private function. Scopes say where a stretch may begin and end, whatever they are called and however deep
 * they lie; whether two are the same, their operations say. The outermost scopes come first: only what is not shared as a whole
 * is looked into. Texts shrink by the number of layers, and so does the work of the passes that follow; compilers inline the calls again.
 */
import { z } from "zod";
import type { Location } from "../ir/location.js";
import { definingOp, type Operation, type Value, walk } from "../ir/operation.js";
import { isOp } from "../ir/ops/index.js";
import { Builder } from "../ir/builder.js";
import {
  cloneOperation,
  eraseOperation,
  insertOperation,
  makeBlock,
  makeOperation,
  makeRegion,
  replaceAllUses,
  setLocation,
  type ValueMap,
} from "../ir/rewriter.js";
import { formatType, functionType } from "../ir/types.js";
import { definePass } from "./pass.js";
import { operationKey, ValueNumbers } from "../ir/analysis/structural-key.js";
import { bodyOf, findFunction, functionsOf, numberedSymbol } from "../ir/analysis/symbols.js";
import { groupBy } from "../support/group-by.js";

/** Fewer operations than these are not worth a function. */
const SHORTEST = 8;

/** Consecutive operations of one scope. */
interface Stretch {
  /** The names of the scopes around it, outermost first. */
  readonly path: readonly string[];
  readonly operations: readonly Operation[];
  /** Results in the order of definition, but for constants: whether one lies inside or outside makes no difference. */
  readonly results: readonly Value[];
}

/** `["layers.3", "mlp_block"]` for an operation at `layers.3/mlp_block`. */
const pathOf = ({ location }: Operation): readonly string[] =>
  location.kind === "name" ? location.name.split("/") : [];

/** What a stretch reads from outside, each in the order of first use. */
interface Reads {
  /** Become arguments; they change when what made them is replaced by a call. */
  readonly values: readonly Value[];
  /** Are copied into the function: what is lowered there later must see that a state is zero, or a number 0. */
  readonly constants: readonly Operation[];
}

function readsOf(operations: readonly Operation[]): Reads {
  const inner = new Set<Value>();
  const outer = new Set<Value>();
  for (const operation of operations) {
    for (const op of walk(operation)) {
      for (const region of op.regions)
        for (const block of region.blocks) for (const argument of block.arguments) inner.add(argument);
      for (const operand of op.operands) if (!inner.has(operand)) outer.add(operand);
      for (const result of op.results) inner.add(result);
    }
  }
  const constants = [...outer].map(definingOp).filter((op) => isOp(op, "stablehlo.constant"));
  const values = [...outer].filter((value) => !isOp(definingOp(value), "stablehlo.constant"));
  return { values, constants };
}

const computed = (operations: readonly Operation[]): readonly Operation[] =>
  operations.filter((operation) => !isOp(operation, "stablehlo.constant"));

/** The stretches whose scope is the one at `depth`, counted from 0 at the outermost. */
function stretchesOf(operations: readonly Operation[], depth: number): readonly Stretch[] {
  const runs: { readonly path: readonly string[]; readonly operations: Operation[] }[] = [];
  for (const operation of operations) {
    const path = pathOf(operation).slice(0, depth + 1);
    const last = runs.at(-1);
    if (last !== undefined && last.path.join("/") === path.join("/")) last.operations.push(operation);
    else runs.push({ path, operations: [operation] });
  }
  return runs
    .filter(({ path, operations }) => path.length > depth && operations.length >= SHORTEST)
    .map((run) => ({ ...run, results: computed(run.operations).flatMap(({ results }) => results) }));
}

/** Equal for stretches that compute the same from inputs of the same types. */
function stretchKey({ operations }: Stretch): string {
  const own = computed(operations);
  const { values: inputs, constants } = readsOf(own);
  const values = new ValueNumbers();
  const inner = new Map<Value, number>();
  for (const input of inputs) values.of(input);
  const lines = [...constants, ...own].map((operation) => {
    const key = operationKey(operation, values, inner);
    for (const result of operation.results) inner.set(result, inner.size);
    return key;
  });
  return [inputs.map((input) => formatType(input.type)).join(), ...lines].join("\n");
}

const isUsedOutside = (value: Value, stretch: ReadonlySet<Operation>): boolean =>
  [...value.users].some((user) => {
    for (let at: Operation | undefined = user; at !== undefined; at = at.parent)
      if (stretch.has(at)) return false;
    return true;
  });

/** A result that stretches give to the outside. */
interface Output {
  readonly index: number;
  /** Whether another scope computes with it, or it is a result of the whole, like a state: not what is only updated with, like a gradient. */
  readonly goesOn: boolean;
}

/** Which results any of the stretches gives to the outside, in their order. */
function outputsOf(alike: readonly Stretch[], depth: number): readonly Output[] {
  const used = new Map<number, boolean>();
  for (const { operations, results } of alike) {
    const own = new Set(operations);
    results.forEach((result, i) => {
      if (!isUsedOutside(result, own)) return;
      const goesOn = [...result.users].some(
        (user) => !own.has(user) && (isOp(user, "func.return") || pathOf(user).length > depth),
      );
      used.set(i, goesOn || used.get(i) === true);
    });
  }
  return [...used].sort(([a], [b]) => a - b).map(([index, goesOn]) => ({ index, goesOn }));
}

/** What a function gives: behind one optimization barrier, if there is to be one, what goes on. */
function returnedOf(end: Builder, values: readonly Value[], outputs: readonly Output[], barriers: boolean) {
  const held = values.filter((_, i) => barriers && outputs[i]!.goesOn);
  if (held.length === 0) return values;
  const passed = end.create("stablehlo.optimization_barrier", held, {}).results;
  return values.map((value) => {
    const at = held.indexOf(value);
    return at < 0 ? value : passed[at]!;
  });
}

/** A path without the numbers that tell the scopes of one kind apart: the function stands for all of them. */
const withoutNumbers = (path: readonly string[]): readonly string[] =>
  path.map((name) => name.replace(/[._-]?\d+$/, "")).filter((name) => name !== "");

/** The location of an operation in a stretch at this depth, without the numbers of the stretch. */
function commonLocation(location: Location, depth: number): Location {
  if (location.kind !== "name") return location;
  const path = location.name.split("/");
  const name = [...withoutNumbers(path.slice(0, depth)), ...path.slice(depth)].join("/");
  return name === "" ? location.child : { ...location, name };
}

function makeFunction(
  symbol: string,
  { path, operations, results }: Stretch,
  outputs: readonly Output[],
  barriers: boolean,
): Operation {
  const { values: inputs, constants } = readsOf(operations);
  const block = makeBlock(inputs.map((input) => input.type));
  const map: ValueMap = new Map(inputs.map((input, i) => [input, block.arguments[i]!]));
  for (const operation of [...constants, ...operations]) {
    const copy = cloneOperation(operation, map);
    for (const inner of walk(copy)) setLocation(inner, commonLocation(inner.location, path.length));
    insertOperation(copy, block);
  }
  const end = Builder.atEnd(block);
  const computed = outputs.map(({ index }) => map.get(results[index]!)!);
  const returned = returnedOf(end, computed, outputs, barriers);
  end.create("func.return", returned, {});
  const type = functionType(
    inputs.map((input) => input.type),
    returned.map((value) => value.type),
  );
  return makeOperation({
    name: "func.func",
    attributes: { sym_name: symbol, sym_visibility: "private", function_type: type },
    regions: [makeRegion([block])],
    location: commonLocation(operations[0]!.location, path.length),
  });
}

function replaceByCall(symbol: string, { operations, results }: Stretch, outputs: readonly Output[]): void {
  const call = Builder.before(operations[0]!).create(
    "func.call",
    readsOf(operations).values,
    { callee: symbol },
    { results: outputs.map(({ index }) => results[index]!.type) },
  );
  outputs.forEach(({ index }, i) => {
    replaceAllUses(results[index]!, call.results[i]!);
  });
  for (const operation of [...operations].reverse())
    if (operation.results.every(({ users }) => users.size === 0)) eraseOperation(operation);
}

/** `layers_0` for stretches in `model/layers.3`. */
function symbolFor({ path }: Stretch, module: Operation): string {
  const name = withoutNumbers(path).at(-1) ?? "repeated";
  return numberedSymbol(name, (symbol) => findFunction(module, symbol) !== undefined);
}

/** Puts one function in the place of stretches that are the same. */
function share(module: Operation, alike: readonly Stretch[], depth: number, barriers: boolean): void {
  const outputs = outputsOf(alike, depth);
  const symbol = symbolFor(alike[0]!, module);
  insertOperation(makeFunction(symbol, alike[0]!, outputs, barriers), module.regions[0]!.entry);
  for (const stretch of alike) replaceByCall(symbol, stretch, outputs);
}

export const outlineRepeated = definePass({
  name: "outline-repeated",
  summary: "Stretches of scopes that compute the same become one private function, called for each.",
  options: z.object({
    barriers: z
      .boolean()
      .default(false)
      .describe(
        "whether a stretch is finished, with what other scopes read and what it adds to the results, before the next begins",
      ),
  }),
  example: {
    before: `
func.func public @main(%x: tensor<4xf32>, %w0: tensor<4xf32>, %w1: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.multiply %x, %w0 : tensor<4xf32> loc("layers.0/gate")
  %1 = stablehlo.tanh %0 : tensor<4xf32> loc("layers.0/gate")
  %2 = stablehlo.abs %1 : tensor<4xf32> loc("layers.0/gate")
  %3 = stablehlo.cosine %2 : tensor<4xf32> loc("layers.0/gate")
  %4 = stablehlo.sine %3 : tensor<4xf32> loc("layers.0/gate")
  %5 = stablehlo.floor %4 : tensor<4xf32> loc("layers.0/gate")
  %6 = stablehlo.ceil %5 : tensor<4xf32> loc("layers.0/gate")
  %7 = stablehlo.add %6, %x : tensor<4xf32> loc("layers.0")
  %8 = stablehlo.multiply %7, %w1 : tensor<4xf32> loc("layers.1/gate")
  %9 = stablehlo.tanh %8 : tensor<4xf32> loc("layers.1/gate")
  %10 = stablehlo.abs %9 : tensor<4xf32> loc("layers.1/gate")
  %11 = stablehlo.cosine %10 : tensor<4xf32> loc("layers.1/gate")
  %12 = stablehlo.sine %11 : tensor<4xf32> loc("layers.1/gate")
  %13 = stablehlo.floor %12 : tensor<4xf32> loc("layers.1/gate")
  %14 = stablehlo.ceil %13 : tensor<4xf32> loc("layers.1/gate")
  %15 = stablehlo.add %14, %7 : tensor<4xf32> loc("layers.1")
  return %15 : tensor<4xf32>
}`,
    after: `
func.func public @main(%x: tensor<4xf32>, %w0: tensor<4xf32>, %w1: tensor<4xf32>) -> tensor<4xf32> {
  %0 = call @layers_0(%x, %w0) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = call @layers_0(%0, %w1) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}
func.func private @layers_0(%x: tensor<4xf32>, %w: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.multiply %x, %w : tensor<4xf32>
  %1 = stablehlo.tanh %0 : tensor<4xf32>
  %2 = stablehlo.abs %1 : tensor<4xf32>
  %3 = stablehlo.cosine %2 : tensor<4xf32>
  %4 = stablehlo.sine %3 : tensor<4xf32>
  %5 = stablehlo.floor %4 : tensor<4xf32>
  %6 = stablehlo.ceil %5 : tensor<4xf32>
  %7 = stablehlo.add %6, %x : tensor<4xf32>
  return %7 : tensor<4xf32>
}`,
  },
  run(module, context, { barriers }) {
    const open = functionsOf(module).filter(({ attributes }) => attributes.sym_visibility !== "private");
    let operations: readonly (readonly Operation[])[] = open.map(
      (func) => bodyOf(func)?.operations.slice(0, -1) ?? [],
    );
    for (let depth = 0; operations.length > 0; depth++) {
      const stretches = operations.flatMap((within) => stretchesOf(within, depth));
      const groups = [...groupBy(stretches, stretchKey).values()];
      operations = groups.flatMap((alike) => (alike.length < 2 ? [alike[0]!.operations] : []));
      for (const alike of groups) {
        if (alike.length < 2) continue;
        share(module, alike, depth, barriers);
        context.count("stretches replaced by calls", alike.length);
      }
    }
  },
});
