/**
 * @file What a model repeats is written once: stretches of a public function that stand in numbered scopes (`layers.3`)
 * and compute the same become one private function. Texts shrink by the number of layers, and so does the work of the passes
 * that follow; compilers inline the calls again.
 */
import { z } from "zod";
import type { Location } from "../ir/location.js";
import { type Block, definingOp, type Operation, type Value, walk } from "../ir/operation.js";
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
import { bodyOf, findFunction, functionsOf } from "../ir/analysis/symbols.js";

/** Fewer operations than these are not worth a function. */
const SHORTEST = 8;

/** Consecutive operations of one numbered scope. */
interface Stretch {
  /** `layers` of `layers.3`. */
  readonly scope: string;
  readonly operations: readonly Operation[];
  /** Results in the order of definition. */
  readonly results: readonly Value[];
}

/** `layers` and `3` for an operation at `layers.3/mlp_block`. */
function numberedScope(location: Location): readonly [string, string] | undefined {
  if (location.kind !== "name") return undefined;
  const match = /^([^/]*)\.(\d+)(\/|$)/.exec(location.name);
  return match === null ? undefined : [match[1]!, match[2]!];
}

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

function stretchesOf(block: Block): readonly Stretch[] {
  const runs: { readonly key: string; readonly scope: string; readonly operations: Operation[] }[] = [];
  for (const operation of block) {
    const [scope, number] = numberedScope(operation.location) ?? [];
    const key = `${scope}.${number}`;
    const last = runs.at(-1);
    if (last?.key === key) last.operations.push(operation);
    else runs.push({ key, scope: scope ?? "", operations: [operation] });
  }
  return runs
    .filter(({ scope, operations }) => scope !== "" && operations.length >= SHORTEST)
    .map(({ scope, operations }) => ({
      scope,
      operations,
      results: operations.flatMap((operation) => operation.results),
    }));
}

/** Equal for stretches that compute the same from inputs of the same types. */
function stretchKey({ operations }: Stretch): string {
  const { values: inputs, constants } = readsOf(operations);
  const values = new ValueNumbers();
  const inner = new Map<Value, number>();
  for (const input of inputs) values.of(input);
  const lines = [...constants, ...operations].map((operation) => {
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

/** Which results any of the stretches gives to the outside. */
function outputsOf(alike: readonly Stretch[]): readonly number[] {
  const used = new Set<number>();
  for (const { operations, results } of alike) {
    const own = new Set(operations);
    results.forEach((result, i) => {
      if (isUsedOutside(result, own)) used.add(i);
    });
  }
  return [...used].sort((a, b) => a - b);
}

/** The location without the number of its layer: the function stands for all of them. */
function withoutNumber(location: Location): Location {
  if (location.kind !== "name") return location;
  return { ...location, name: location.name.replace(/^([^/]*)\.\d+/, "$1") };
}

function makeFunction(
  symbol: string,
  { operations, results }: Stretch,
  outputs: readonly number[],
  fences: boolean,
): Operation {
  const { values: inputs, constants } = readsOf(operations);
  const block = makeBlock(inputs.map((input) => input.type));
  const map: ValueMap = new Map(inputs.map((input, i) => [input, block.arguments[i]!]));
  for (const operation of [...constants, ...operations]) {
    const copy = cloneOperation(operation, map);
    for (const inner of walk(copy)) setLocation(inner, withoutNumber(inner.location));
    insertOperation(copy, block);
  }
  const end = Builder.atEnd(block);
  const computed = outputs.map((i) => map.get(results[i]!)!);
  const returned = fences ? end.create("stablehlo.optimization_barrier", computed, {}).results : computed;
  end.create("func.return", returned, {});
  const type = functionType(
    inputs.map((input) => input.type),
    returned.map((value) => value.type),
  );
  return makeOperation({
    name: "func.func",
    attributes: { sym_name: symbol, sym_visibility: "private", function_type: type },
    regions: [makeRegion([block])],
    location: withoutNumber(operations[0]!.location),
  });
}

function replaceByCall(symbol: string, { operations, results }: Stretch, outputs: readonly number[]): void {
  const call = Builder.before(operations[0]!).create(
    "func.call",
    readsOf(operations).values,
    { callee: symbol },
    { results: outputs.map((i) => results[i]!.type) },
  );
  outputs.forEach((i, index) => {
    replaceAllUses(results[i]!, call.results[index]!);
  });
  for (const operation of [...operations].reverse()) eraseOperation(operation);
}

function freeSymbol(module: Operation, scope: string): string {
  for (let i = 0; ; i++) if (findFunction(module, `${scope}_${i}`) === undefined) return `${scope}_${i}`;
}

export const outlineRepeated = definePass({
  name: "outline-repeated",
  summary: "Stretches of numbered scopes that compute the same become one private function, called for each.",
  options: z.object({
    fences: z
      .boolean()
      .default(false)
      .describe("whether a stretch is finished, with all it gives, before the next begins"),
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
  run(module, context, { fences }) {
    const byKey = new Map<string, Stretch[]>();
    for (const func of functionsOf(module)) {
      const body = bodyOf(func);
      const { sym_name: name, sym_visibility: visibility } = func.attributes;
      // A family's programs know a common @prepare by its text, however their layers are called.
      if (body === undefined || visibility === "private" || name === "prepare") continue;
      for (const stretch of stretchesOf(body)) {
        const key = stretchKey(stretch);
        byKey.set(key, [...(byKey.get(key) ?? []), stretch]);
      }
    }
    for (const alike of byKey.values()) {
      if (alike.length < 2) continue;
      const outputs = outputsOf(alike);
      const symbol = freeSymbol(module, alike[0]!.scope);
      insertOperation(makeFunction(symbol, alike[0]!, outputs, fences), module.regions[0]!.entry);
      for (const stretch of alike) replaceByCall(symbol, stretch, outputs);
      context.count("stretches replaced by calls", alike.length);
    }
  },
});
