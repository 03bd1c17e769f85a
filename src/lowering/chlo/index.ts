/** @file What each chlo op is in StableHLO ops, and the walk that replaces them. */
import { Builder } from "../../ir/builder.js";
import type { Decomposition } from "../../ir/decompositions.js";
import { Emitter } from "../../ir/emit.js";
import { type Operation, type Value, walk } from "../../ir/operation.js";
import { hasTrait, type OperationOf, type OpName } from "../../ir/ops/index.js";
import { replaceOperation } from "../../ir/rewriter.js";
import { isComplex, isStatic, withElement } from "../../ir/types.js";
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

/** Writes what a chlo op of static shape is made of, and gives the values that stand for its results. */
export const decompositionOf = <K extends ChloName>(
  operation: OperationOf<K>,
  e: Emitter,
): readonly Value[] => (rules[operation.name] as ChloRule<K>)(operation, e);

const isStaticTensor = ({ type }: Value): boolean => type.kind === "tensor" && isStatic(type);

/** Whether all shapes of an operation are known. */
export const isStaticOperation = ({ operands, results }: Operation): boolean =>
  [...operands, ...results].every(isStaticTensor);

/** Whether what a chlo op is made of can be written without the sizes: formulas of each element, of one shape throughout. */
function needsNoSizes(operation: Operation): boolean {
  const isFormula = hasTrait(operation, "elementwise") || operation.name === "chlo.constant_like";
  const [first, ...others] = [...operation.operands, ...operation.results].map(({ type }) => type);
  if (!isFormula || first?.kind !== "tensor" || first.bounds !== undefined) return false;
  return others.every((type) => type.kind === "tensor" && withElement(type, first.element) === first);
}

const isDecomposed = (operation: Operation): boolean =>
  isStaticOperation(operation) || needsNoSizes(operation);

/** How chlo ops are replaced. */
export interface DecomposeChloOptions {
  /** Those that XLA has code of its own for become composites, whose functions say what they mean (composites.ts). */
  readonly composites?: boolean;
}

/**
 * Replaces the chlo ops of a module by StableHLO ops; returns how many. Of those of unknown shape the ones that are no formulas of each
 * element are left as they are: they would need the sizes.
 */
export function decomposeChlo(module: Operation, { composites = false }: DecomposeChloOptions = {}): number {
  let count = 0;
  if (composites)
    preserveAsComposites(module, (operation) => isKnownComposite(operation) && isDecomposed(operation));
  // The innermost first: a scan copies its body.
  for (const operation of [...walk(module)].reverse()) {
    const rule = ownValue<(operation: never, e: Emitter) => readonly Value[]>(rules, operation.name);
    if (rule === undefined || !isDecomposed(operation)) continue;
    replaceOperation(operation, rule(operation as never, new Emitter(Builder.before(operation))));
    count++;
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
