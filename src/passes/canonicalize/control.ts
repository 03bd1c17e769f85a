/** @file Branches and calls whose choice is known, and loops that carry too much. */
import type { Builder } from "../../ir/builder.js";
import { definingOp, type Operation, type Region, type Value } from "../../ir/operation.js";
import { hasTrait, isOp, type OperationOf } from "../../ir/ops/index.js";
import { cloneRegion, dropArguments, moveBefore, replaceAllUses, setOperands } from "../../ir/rewriter.js";
import { splatOf } from "../../ir/analysis/constants.js";
import { eraseDeadOperations } from "../dce.js";
import { isPure } from "../../ir/analysis/effects.js";
import { type Rule, rule } from "../rewrite.js";

type While = OperationOf<"stablehlo.while">;

/** Moves a region's operations before `operation`; what the region returned is the result. */
function inlineRegion(region: Region, operation: Operation): readonly Value[] {
  for (const inner of region.entry) if (inner !== region.entry.last) moveBefore(inner, operation);
  return region.entry.last!.operands;
}

const ifOfConstant = rule("if of a constant", "stablehlo.if", (operation) => {
  const chosen = splatOf(operation.operands[0]!);
  if (chosen === undefined) return undefined;
  return inlineRegion(operation.regions[chosen === 1 ? 0 : 1]!, operation as unknown as Operation);
});

/** An index out of range takes the last branch (spec: case). */
const caseOfConstant = rule("case of a constant", "stablehlo.case", (operation) => {
  const index = splatOf(operation.operands[0]!);
  if (index === undefined) return undefined;
  const last = operation.regions.length - 1;
  const chosen = index < 0 || index > last ? last : index;
  return inlineRegion(operation.regions[chosen]!, operation as unknown as Operation);
});

const whileNever = rule("while that never runs", "stablehlo.while", ({ operands, regions }) => {
  const condition = regions[0]!.entry.last!.operands[0]!;
  return splatOf(condition) === 0 ? operands : undefined;
});

/** The values below `needed` in a body, back to the arguments: the arguments' indices are added to `live`. */
function markArguments(loop: While, needed: readonly Value[], live: Set<number>): void {
  const body = loop.regions[1]!.entry;
  const seen = new Set<Value>();
  const pending = [...needed];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (seen.has(value)) continue;
    seen.add(value);
    if (value.owner === body) live.add(value.index);
    else if ("operands" in value.owner) pending.push(...valuesReadBy(value.owner));
  }
}

/** Operands of an operation and of all operations below it. */
const valuesReadBy = (operation: Operation): readonly Value[] => [
  ...operation.operands,
  ...operation.regions.flatMap((region) =>
    region.blocks.flatMap((block) => block.operations.flatMap(valuesReadBy)),
  ),
];

/** Carried values that a result, the condition, or an effect in the body depends on. */
function liveCarried(loop: While): ReadonlySet<number> {
  const [condition, body] = [loop.regions[0]!.entry, loop.regions[1]!.entry];
  const live = new Set<number>();
  loop.results.forEach((result, i) => {
    if (result.users.size > 0 || condition.arguments[i]!.users.size > 0) live.add(i);
  });
  const effects = body.operations.filter((inner) => !hasTrait(inner, "terminator") && !isPure(inner));
  markArguments(loop, effects.flatMap(valuesReadBy), live);
  for (let before = -1; before !== live.size; ) {
    before = live.size;
    markArguments(
      loop,
      [...live].map((i) => body.last!.operands[i]!),
      live,
    );
  }
  return live;
}

/** The same loop over the carried values in `kept`; the others are their initial values, inside and after. */
function shrink(loop: While, kept: readonly boolean[], builder: Builder): readonly Value[] {
  const regions = loop.regions.map((region) => cloneRegion(region, new Map()));
  const terminator = regions[1]!.entry.last!;
  setOperands(
    terminator,
    terminator.operands.filter((_, i) => kept[i]),
  );
  for (const { entry } of regions) {
    eraseDeadOperations(entry);
    for (const argument of entry.arguments)
      if (!kept[argument.index]) replaceAllUses(argument, loop.operands[argument.index]!);
    dropArguments(entry, (i) => !kept[i]);
  }
  const operands = loop.operands.filter((_, i) => kept[i]);
  const results = loop.results.filter((_, i) => kept[i]).map((result) => result.type);
  const made = builder.create("stablehlo.while", operands, {}, { regions, results, extra: loop.extra });
  let next = 0;
  return loop.operands.map((initial, i) => (kept[i] ? made.results[next++]! : initial));
}

/** A loop that carries nothing cannot end: it is left alone. */
const shrinkable = (kept: readonly boolean[]): boolean => kept.includes(true) && kept.includes(false);

const whileOfUnused = rule("while that carries unused values", "stablehlo.while", (loop, builder) => {
  const live = liveCarried(loop);
  const kept = loop.results.map((_, i) => live.has(i));
  return shrinkable(kept) ? shrink(loop, kept, builder) : undefined;
});

export const whileOfUnchanged = rule(
  "while that carries unchanged values",
  "stablehlo.while",
  (loop, builder) => {
    const body = loop.regions[1]!.entry;
    const kept = body.arguments.map((argument, i) => {
      const next = body.last!.operands[i]!;
      return next !== argument && next !== loop.operands[i];
    });
    return shrinkable(kept) ? shrink(loop, kept, builder) : undefined;
  },
);

const callOfConstant = rule("call of a constant function", "func.call_indirect", (call, builder) => {
  const [callee, ...operands] = call.operands;
  const made = definingOp(callee!);
  if (!isOp(made, "func.constant")) return undefined;
  const results = call.results.map(({ type }) => type);
  const attributes = { callee: made.attributes.value };
  return builder.create("func.call", operands, attributes, { results, extra: call.extra }).results;
});

export const controlRules: readonly Rule[] = [
  ifOfConstant,
  caseOfConstant,
  whileNever,
  whileOfUnchanged,
  whileOfUnused,
  callOfConstant,
];
