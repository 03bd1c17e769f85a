/** @file The gradient of if and case: the same choice among backward branches. */
import { Builder } from "../../ir/builder.js";
import { returnedValues } from "../../ir/analysis/symbols.js";
import { Emitter, typeOf } from "../../ir/emit.js";
import type { Operation, Value } from "../../ir/operation.js";
import type { OperationOf } from "../../ir/ops/index.js";
import { addResults, makeBlock, makeRegion, setOperands } from "../../ir/rewriter.js";
import type { TensorType } from "../../ir/types.js";
import { eraseDeadOperations } from "../../passes/dce.js";
import { zeros } from "../arithmetic.js";
import { capturedBy } from "../../ir/analysis/captures.js";
import { Residuals } from "../residuals.js";
import type { BackwardWalk } from "../rule.js";

type Branching = OperationOf<"stablehlo.if" | "stablehlo.case"> & Operation;

/** Where each branch's saved values stand among the results that are added: branches share places of one type. */
function placesOf(saved: readonly (readonly Value[])[]) {
  const types: TensorType[] = [];
  const places = saved.map((values) => {
    const taken = new Map<number, Value>();
    for (const value of values) {
      const free = types.findIndex((type, i) => type === value.type && !taken.has(i));
      taken.set(free < 0 ? types.push(typeOf(value)) - 1 : free, value);
    }
    return taken;
  });
  return { types, places };
}

/** Makes the branches return values of theirs too; gives the result that holds each. */
function saveValues(operation: Branching, saved: readonly (readonly Value[])[]): ReadonlyMap<Value, Value> {
  const { types, places } = placesOf(saved);
  if (types.length === 0) return new Map();
  operation.regions.forEach(({ entry }, i) => {
    const end = entry.last!;
    const e = new Emitter(Builder.before(end));
    setOperands(end, [...end.operands, ...types.map((type, at) => places[i]!.get(at) ?? zeros(e, type))]);
  });
  const results = addResults(operation, types);
  return new Map(places.flatMap((taken) => [...taken].map(([at, value]) => [value, results[at]!] as const)));
}

export function branchGradient(
  walk: BackwardWalk,
  operation: Branching,
  cotangents: readonly (Value | undefined)[],
): void {
  const captured = capturedBy(operation).filter((value) => walk.activity.has(value));
  const branches = operation.regions.map(({ entry }) => {
    const inner = walk.nested(makeBlock([]));
    for (const value of captured) {
      const sum = walk.cotangentOf(value);
      if (sum !== undefined) inner.set(value, sum);
    }
    returnedValues(entry).forEach((value, i) => {
      const cotangent = cotangents[i];
      if (cotangent !== undefined) inner.give(value, () => cotangent);
    });
    inner.walk(entry.operations.slice(0, -1));
    return inner;
  });
  const changed = captured.filter((value) =>
    branches.some((branch) => branch.cotangentOf(value) !== walk.cotangentOf(value)),
  );
  if (changed.length === 0) return;
  const residuals = branches.map((inner, i) => {
    const sums = changed.map((value) => inner.cotangentOrZeros(value));
    inner.e.builder.create("stablehlo.return", sums, {});
    eraseDeadOperations(inner.block);
    const crossing = { backward: inner.block, forward: operation.regions[i]!.entry, known: new Map() };
    return new Residuals(crossing);
  });
  const held = saveValues(
    operation,
    residuals.map(({ saved }) => saved),
  );
  for (const each of residuals) each.resolve((value) => held.get(value)!);
  const options = {
    regions: branches.map(({ block }) => makeRegion([block])),
    results: changed.map((value) => value.type),
  };
  const { results } = walk.e.builder.create(operation.name, operation.operands, {}, options);
  changed.forEach((value, i) => {
    walk.set(value, results[i]!);
  });
}
