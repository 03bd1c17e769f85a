/**
 * @file Patterns over values, read like the formula they match:
 * `op("stablehlo.sqrt", op("stablehlo.subtract", number(1), any("a2")))`. A pattern yields every way to match, so that
 * commutative operands and products find the assignment that fits the whole.
 */
import { definingOp, type Operation, type Value } from "../ir/operation.js";
import { hasTrait, isOp, type OpName } from "../ir/ops/index.js";
import { splatOf } from "../ir/analysis/constants.js";

/** What a match has found so far. */
export interface Match {
  /** Values by the name that `any` or `named` gave them. */
  readonly values: ReadonlyMap<string, Value>;
  /** The operations that `op` and `product` went through. */
  readonly operations: ReadonlySet<Operation>;
}

/** Yields a longer match for every way in which `value` fits after `match`. */
export type Pattern = (value: Value, match: Match) => Iterable<Match>;

const empty: Match = { values: new Map(), operations: new Set() };

const through = (match: Match, ...operations: readonly Operation[]): Match => ({
  values: match.values,
  operations: new Set([...match.operations, ...operations]),
});

/** The first way in which `value` fits, or undefined. */
export function matchValue(pattern: Pattern, value: Value): Match | undefined {
  for (const match of pattern(value, empty)) return match;
  return undefined;
}

/** Any value; the same name stands for the same value everywhere in a pattern. */
export const any = (name: string): Pattern =>
  function* (value, match) {
    const known = match.values.get(name);
    if (known === value) yield match;
    if (known === undefined) yield { ...match, values: new Map([...match.values, [name, value]]) };
  };

/** A value that fits `pattern`, by name. */
export const named = (name: string, pattern: Pattern): Pattern =>
  function* (value, match) {
    for (const next of any(name)(value, match)) yield* pattern(value, next);
  };

/** Values and patterns side by side. */
function* matchAll(patterns: readonly Pattern[], values: readonly Value[], match: Match): Iterable<Match> {
  const [pattern, ...rest] = patterns;
  if (pattern === undefined) yield match;
  else for (const next of pattern(values[0]!, match)) yield* matchAll(rest, values.slice(1), next);
}

/** The first result of an operation whose operands fit; those of a commutative one in either order. */
export const op = (name: OpName, ...patterns: readonly Pattern[]): Pattern =>
  function* (value, match) {
    const operation = definingOp(value);
    if (!isOp(operation, name) || value.index !== 0 || operation.operands.length !== patterns.length) return;
    const next = through(match, operation);
    yield* matchAll(patterns, operation.operands, next);
    if (hasTrait(operation, "commutative")) yield* matchAll(patterns, operation.operands.toReversed(), next);
  };

/** The operand of a chain of operations called `names`, down to the first value that none of them makes. */
export function peel(value: Value, ...names: readonly OpName[]): Value {
  const operation = definingOp(value);
  return isOp(operation, ...names) ? peel(operation.operands[0]!, ...names) : value;
}

/** The value itself, or what it is made of by operations called `names`, each on one operand. */
export const under = (names: readonly OpName[], pattern: Pattern): Pattern =>
  function* (value, match) {
    for (let at = value; ; ) {
      yield* pattern(at, match);
      const operation = definingOp(at);
      if (!isOp(operation, ...names)) return;
      at = operation.operands[0]!;
    }
  };

/** A constant filled with `expected`, broadcast or converted at will. */
export const number = (expected: number): Pattern =>
  function* (value, match) {
    const constant = peel(value, "stablehlo.broadcast_in_dim", "stablehlo.convert", "stablehlo.reshape");
    if (splatOf(constant) === expected) yield match;
  };

/** A product taken apart: its factors that are no numbers, the product of the numbers, and the operations between. */
export interface Product {
  readonly factors: readonly Value[];
  readonly scale: number;
  readonly operations: readonly Operation[];
}

/** The factors of `value`, through multiplications and negations in any order, and operations called `names` between. */
export function factorsOf(value: Value, names: readonly OpName[] = []): Product {
  const inner = peel(value, ...names);
  const constant = splatOf(peel(inner, "stablehlo.broadcast_in_dim"));
  if (constant !== undefined) return { factors: [], scale: constant, operations: [] };
  const operation = definingOp(inner);
  if (!isOp(operation, "stablehlo.multiply", "stablehlo.negate"))
    return { factors: [value], scale: 1, operations: [] };
  const parts = operation.operands.map((operand) => factorsOf(operand, names));
  return {
    factors: parts.flatMap((part) => part.factors),
    scale: parts.reduce((scale, part) => scale * part.scale, operation.name === "stablehlo.negate" ? -1 : 1),
    operations: [operation, ...parts.flatMap((part) => part.operations)],
  };
}

/** Every way to read `value` as a product of at most `limit` factors, itself alone included. */
function* splits(
  value: Value,
  limit: number,
  names: readonly OpName[],
): Iterable<Pick<Product, "factors" | "operations">> {
  yield { factors: [value], operations: [] };
  const operation = definingOp(peel(value, ...names));
  if (limit < 2 || !isOp(operation, "stablehlo.multiply")) return;
  const [lhs, rhs] = operation.operands as readonly [Value, Value];
  for (const left of splits(lhs, limit - 1, names)) {
    for (const right of splits(rhs, limit - left.factors.length, names)) {
      yield {
        factors: [...left.factors, ...right.factors],
        operations: [operation, ...left.operations, ...right.operations],
      };
    }
  }
}

/** A product of these factors, multiplied in any order; operations called `names` may stand between. */
export const product = (names: readonly OpName[], ...patterns: readonly Pattern[]): Pattern =>
  function* (value, match) {
    for (const { factors, operations } of splits(value, patterns.length, names)) {
      if (factors.length !== patterns.length) continue;
      const next = through(match, ...operations);
      for (const order of permutations(factors)) yield* matchAll(patterns, order, next);
    }
  };

/** `factor` times the product that `name` stands for, however the two are multiplied out. */
export const multipleOf = (factor: number, name: string, names: readonly OpName[]): Pattern =>
  function* (value, match) {
    const [all, part] = [factorsOf(value, names), factorsOf(match.values.get(name)!, names)];
    const missing = [...part.factors];
    for (const found of all.factors) {
      const at = missing.indexOf(found);
      if (at < 0) return;
      missing.splice(at, 1);
    }
    if (missing.length === 0 && all.scale === factor * part.scale) yield through(match, ...all.operations);
  };

/** A product with one factor that fits `pattern` while `accept` holds for the others. */
export const productWith = (
  pattern: Pattern,
  names: readonly OpName[],
  accept: (others: readonly Value[]) => boolean,
): Pattern =>
  function* (value, match) {
    const found = factorsOf(value, names);
    const next = through(match, ...found.operations);
    for (const factor of found.factors) {
      const others = found.factors.filter((other) => other !== factor);
      if (accept(others)) yield* pattern(factor, next);
    }
  };

function* permutations<T>(items: readonly T[]): Iterable<readonly T[]> {
  if (items.length === 0) yield [];
  for (const [i, item] of items.entries())
    for (const rest of permutations(items.toSpliced(i, 1))) yield [item, ...rest];
}

/** Whether nothing outside of the match, and of `last`, uses what its operations make, through operations called `names`. */
export function isSelfContained(match: Match, last: Operation, names: readonly OpName[]): boolean {
  const usedInside = (operation: Operation): boolean =>
    operation.results.every((result) =>
      [...result.users].every(
        (user) => user === last || match.operations.has(user) || (isOp(user, ...names) && usedInside(user)),
      ),
    );
  return [...match.operations].every(usedInside);
}
