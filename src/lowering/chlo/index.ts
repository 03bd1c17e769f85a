/** @file What each chlo op is in StableHLO ops, and the walk that replaces them. */
import { Builder } from "../../ir/builder.js";
import type { Decomposition } from "../../ir/decompositions.js";
import { decodeCalls } from "../../ir/encoded-calls.js";
import { isPure } from "../../ir/analysis/effects.js";
import { Emitter, typeOf } from "../../ir/emit.js";
import { type Operation, type Value, walk } from "../../ir/operation.js";
import { hasTrait, type OperationOf, type OpName } from "../../ir/ops/index.js";
import { eraseOperation, replaceOperation } from "../../ir/rewriter.js";
import { isComplex, isStatic, type TensorType } from "../../ir/types.js";
import { ownValue } from "../../support/own-value.js";
import * as arcs from "./arcs.js";
import { besselI1e } from "./bessel.js";
import { mulhi, nextAfter } from "./bits.js";
import { broadcastBinary, broadcastCompare, broadcastFormula, broadcastSelect } from "./broadcast.js";
import * as complexArcs from "./complex-arcs.js";
import { isKnownComposite, preserveAsComposites } from "./composites.js";
import { constantLike } from "./constant-like.js";
import { erf, erfc, erfInv } from "./error-function.js";
import { Expression, inWideFloats } from "../../ir/expression.js";
import { digamma, lgamma } from "./gamma.js";
import { cosh, sinh } from "./hyperbolic.js";
import { raggedDot } from "./ragged-dot.js";
import { scan } from "./scan.js";
import { topK } from "./top-k.js";
import { polygamma, zeta } from "./zeta.js";

type ChloName = Extract<OpName, `chlo.${string}`>;
type ChloRule<K extends ChloName> = (operation: OperationOf<K>, e: Emitter) => readonly Value[];
type Formula = (x: Expression) => Expression;

const formula =
  (of: Formula) =>
  (operation: Operation, e: Emitter): readonly Value[] => [
    of(new Expression(e, operation.operands[0]!)).value,
  ];

const formula2 =
  (of: (a: Expression, b: Expression) => Expression) =>
  (operation: Operation, e: Emitter): readonly Value[] => {
    const [a, b] = operation.operands.map((operand) => new Expression(e, operand));
    return [of(a!, b!).value];
  };

/** One formula for real numbers, computed in f32 at least, and one for complex ones. */
const realOrComplex = (real: Formula, complex: Formula): ReturnType<typeof formula> =>
  formula((x) => (isComplex(x.element) ? complex(x) : inWideFloats(x, real)));

const isInfinite = (sign: "any" | 1 | -1): ReturnType<typeof formula> =>
  formula((x) => (sign === "any" ? x.abs() : x).equals(sign === -1 ? -Infinity : Infinity));

/** A rule for every chlo op. */
const rules: { readonly [K in ChloName]: ChloRule<K> } = {
  "chlo._asin_acos_kernel": formula(complexArcs.asinAcosKernel),
  "chlo.acos": realOrComplex(arcs.acos, complexArcs.acos),
  "chlo.acosh": realOrComplex(arcs.acosh, complexArcs.acosh),
  "chlo.asin": realOrComplex(arcs.asin, complexArcs.asin),
  "chlo.asinh": realOrComplex(arcs.asinh, complexArcs.asinh),
  "chlo.atan": realOrComplex(arcs.atan, complexArcs.atan),
  "chlo.atanh": realOrComplex(arcs.atanh, complexArcs.atanh),
  "chlo.bessel_i1e": formula(besselI1e),
  "chlo.broadcast_add": broadcastBinary("add"),
  "chlo.broadcast_and": broadcastBinary("and"),
  "chlo.broadcast_atan2": broadcastBinary("atan2"),
  "chlo.broadcast_compare": broadcastCompare,
  "chlo.broadcast_complex": broadcastBinary("complex"),
  "chlo.broadcast_divide": broadcastBinary("divide"),
  "chlo.broadcast_maximum": broadcastBinary("maximum"),
  "chlo.broadcast_minimum": broadcastBinary("minimum"),
  "chlo.broadcast_multiply": broadcastBinary("multiply"),
  "chlo.broadcast_next_after": broadcastFormula(nextAfter),
  "chlo.broadcast_or": broadcastBinary("or"),
  "chlo.broadcast_polygamma": broadcastFormula(polygamma),
  "chlo.broadcast_power": broadcastBinary("power"),
  "chlo.broadcast_remainder": broadcastBinary("remainder"),
  "chlo.broadcast_select": broadcastSelect,
  "chlo.broadcast_shift_left": broadcastBinary("shift_left"),
  "chlo.broadcast_shift_right_arithmetic": broadcastBinary("shift_right_arithmetic"),
  "chlo.broadcast_shift_right_logical": broadcastBinary("shift_right_logical"),
  "chlo.broadcast_subtract": broadcastBinary("subtract"),
  "chlo.broadcast_xor": broadcastBinary("xor"),
  "chlo.broadcast_zeta": broadcastFormula(zeta),
  "chlo.conj": formula((z) => (isComplex(z.element) ? z.real().withImaginary(z.imag().negated()) : z)),
  "chlo.constant": (operation, e) => [e.constant(operation.attributes.value)],
  "chlo.constant_like": constantLike,
  "chlo.cosh": formula(cosh),
  "chlo.digamma": formula(digamma),
  "chlo.erf": formula(erf),
  "chlo.erf_inv": formula(erfInv),
  "chlo.erfc": formula(erfc),
  "chlo.is_inf": isInfinite("any"),
  "chlo.is_neg_inf": isInfinite(-1),
  "chlo.is_pos_inf": isInfinite(1),
  "chlo.lgamma": formula(lgamma),
  "chlo.mulhi": formula2(mulhi),
  "chlo.next_after": formula2(nextAfter),
  "chlo.polygamma": formula2(polygamma),
  "chlo.ragged_dot": raggedDot,
  "chlo.scan": scan,
  "chlo.sinh": formula(sinh),
  "chlo.square": formula((x) => x.squared()),
  "chlo.tan": formula((x) => x.tan()),
  "chlo.top_k": topK,
  "chlo.zeta": formula2(zeta),
};

/** Writes what a chlo op is made of, and gives the values that stand for its results. */
export const decompositionOf = <K extends ChloName>(
  operation: OperationOf<K>,
  e: Emitter,
): readonly Value[] => (rules[operation.name] as ChloRule<K>)(operation, e);

const isRanked = ({ type }: Value): boolean => type.kind === "tensor";

const isStaticTensor = ({ type }: Value): boolean => type.kind === "tensor" && isStatic(type);

/** Whether all shapes of an operation are known. */
export const isStaticOperation = ({ operands, results }: Operation): boolean =>
  [...operands, ...results].every(isStaticTensor);

/** Ops beside the formulas of each element whose meaning can be written with sizes that are known at run time. */
const takesSizesAtRunTime = ({ name }: Operation): boolean =>
  name.startsWith("chlo.broadcast_") || name === "chlo.constant_like" || name === "chlo.top_k";

/** Whether what a chlo op is made of can be written. */
function isDecomposed(operation: Operation): boolean {
  if (isStaticOperation(operation)) return true;
  const canBe = hasTrait(operation, "elementwise") || takesSizesAtRunTime(operation);
  return canBe && [...operation.operands, ...operation.results].every(isRanked);
}

/** A value in the type that the op's result has: it may say less, or more, of sizes than what the result is made of. */
function asDeclared(e: Emitter, value: Value, { type }: Value): Value {
  if (value.type === type || typeOf(value).element !== (type as TensorType).element) return value;
  return e.builder.create("stablehlo.convert", [value], {}, { results: [type] }).result;
}

/** How chlo ops are replaced. */
export interface DecomposeChloOptions {
  /** Those that XLA has code of its own for become composites, whose functions say what they mean (composites.ts). */
  readonly composites?: boolean;
  /** Of these also those that have a region, which composites may have since StableHLO 1.14. */
  readonly regions?: boolean;
}

const isUnused = ({ results }: Operation): boolean => results.every(({ users }) => users.size === 0);

/**
 * Replaces the chlo ops of a module, and calls that stand for such, by StableHLO ops; returns how many. Those whose meaning cannot be written without the sizes, or without
 * the rank, are left as they are; where nobody uses them they are erased.
 */
export function decomposeChlo(
  module: Operation,
  { composites = false, regions = composites }: DecomposeChloOptions = {},
): number {
  decodeCalls(module);
  let count = 0;
  if (composites)
    preserveAsComposites(
      module,
      (operation) =>
        isKnownComposite(operation) && isDecomposed(operation) && (regions || operation.regions.length === 0),
    );
  // The innermost first: a scan copies its body.
  for (const operation of [...walk(module)].reverse()) {
    const rule = ownValue<(operation: never, e: Emitter) => readonly Value[]>(rules, operation.name);
    if (rule === undefined) continue;
    if (isDecomposed(operation)) {
      const e = new Emitter(Builder.before(operation));
      const values = rule(operation as never, e);
      replaceOperation(
        operation,
        values.map((value, i) => asDeclared(e, value, operation.results[i]!)),
      );
      count++;
    } else if (isUnused(operation) && isPure(operation)) eraseOperation(operation);
  }
  return count;
}

/** The chlo ops of static shape by what they mean. */
export const chloDecompositions: Readonly<Record<string, Decomposition>> = Object.fromEntries(
  Object.entries<(operation: never, e: Emitter) => readonly Value[]>(rules).map(([name, rule]) => [
    name,
    (e: Emitter, operation: Operation) => rule(operation as never, e),
  ]),
);
