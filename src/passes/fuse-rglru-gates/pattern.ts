/** @file What an RG-LRU looks like before its gates are fused (Griffin paper 2.4; spec of the reference, section 2.6). */
import { typeOf } from "../../ir/emit.js";
import { definingOp, type Value } from "../../ir/operation.js";
import { isOp, type OperationOf, type OpName } from "../../ir/ops/index.js";
import type { Precision } from "../../ir/precision.js";
import { statedPrecision } from "../../ir/stated-precision.js";
import { elementCount } from "../../ir/types.js";
import {
  any,
  factorsOf,
  isSelfContained,
  type Match,
  matchValue,
  multipleOf,
  named,
  number,
  op,
  type Pattern,
  peel,
  product,
  productWith,
  under,
} from "../match.js";

/** The parts of an RG-LRU. Axes: b batch, t time, e width, n heads, w = e / n. */
export interface RgLru {
  /** [b, t, e]. */
  readonly x: Value;
  /** [n, w, w] each. */
  readonly inputWeight: Value;
  readonly recurrenceWeight: Value;
  /** e numbers each, of any shape. */
  readonly inputBias: Value;
  readonly recurrenceBias: Value;
  /** log a / r is the product of `scale` and of these, e numbers each. */
  readonly decay: readonly Value[];
  readonly scale: number;
  /** [b, t] i1. */
  readonly reset: Value;
  /** What both products state. */
  readonly precision: Precision | undefined;
}

/** Operations that keep the numbers (up to rounding) and their order. */
const keepsOrder: readonly OpName[] = ["stablehlo.convert", "stablehlo.reshape"];
const like = (pattern: Pattern): Pattern => under(keepsOrder, pattern);

/** What `value` repeats along its leading axes, `channels` numbers; undefined when it is no such thing. */
function perChannel(value: Value, channels: number): Value | undefined {
  const operation = definingOp(peel(value, ...keepsOrder));
  if (!isOp(operation, "stablehlo.broadcast_in_dim")) return undefined;
  const source = operation.operands[0]!;
  const [outer, inner] = [typeOf(operation.result).shape, typeOf(source).shape];
  const first = outer.length - inner.length;
  const isTrailing = operation.attributes.broadcast_dimensions.every(
    (axis, i) => axis === first + i && outer[axis] === inner[i],
  );
  return isTrailing && elementCount(inner) === channels ? source : undefined;
}

/** A condition per token, [b, t], repeated for every channel. */
const perToken = (name: string): Pattern =>
  under(["stablehlo.reshape"], function* (value, match) {
    const operation = definingOp(value);
    if (!isOp(operation, "stablehlo.broadcast_in_dim")) return;
    const source = operation.operands[0]!;
    const [outer, inner] = [typeOf(value).shape, typeOf(source).shape];
    const isLeading = operation.attributes.broadcast_dimensions.every(
      (axis, i) => axis === i && outer[axis] === inner[i],
    );
    if (isLeading && inner.length === 2) yield* any(name)(source, match);
  });

/** sigmoid(block_diagonal_dot(x, weight) + bias). */
function gate(weight: string, bias: string, channels: number): Pattern {
  const dot = like(op("nn.block_diagonal_dot", any("x"), any(weight)));
  const repeated: Pattern = function* (value, match) {
    const source = perChannel(value, channels);
    if (source !== undefined) yield* any(bias)(source, match);
  };
  return like(op("stablehlo.logistic", like(op("stablehlo.add", dot, repeated))));
}

/** log a = r * c, where c is the same for all tokens: -8 softplus(Lambda), however it is written. */
const logA = (channels: number): Pattern =>
  named(
    "log a",
    productWith(
      named("r", gate("recurrenceWeight", "recurrenceBias", channels)),
      keepsOrder,
      (others) => others.length > 0 && others.every((other) => perChannel(other, channels) !== undefined),
    ),
  );

/** a = exp(log a), or 0 where a document begins. */
const decay = (channels: number): Pattern =>
  like(
    op(
      "stablehlo.select",
      perToken("reset"),
      number(0),
      like(op("stablehlo.exponential", like(logA(channels)))),
    ),
  );

/** x * i * sqrt(1 - exp(2 log a)), undamped where a document begins. */
function input(channels: number): Pattern {
  const squared = like(op("stablehlo.exponential", multipleOf(2, "log a", keepsOrder)));
  const damping = like(op("stablehlo.sqrt", like(op("stablehlo.subtract", number(1), squared))));
  const beta = like(op("stablehlo.select", perToken("reset"), number(1), damping));
  return product(keepsOrder, like(any("x")), gate("inputWeight", "inputBias", channels), beta);
}

/** What each product of a match states for itself. */
const precisionsIn = ({ operations }: Match): readonly (Precision | undefined)[] =>
  [...operations].filter((operation) => isOp(operation, "nn.block_diagonal_dot")).map(statedPrecision);

function partsOf(match: Match, channels: number): RgLru {
  const { values } = match;
  const { factors, scale } = factorsOf(values.get("log a")!, keepsOrder);
  const others = factors.filter((factor) => factor !== values.get("r"));
  return {
    x: values.get("x")!,
    inputWeight: values.get("inputWeight")!,
    recurrenceWeight: values.get("recurrenceWeight")!,
    inputBias: values.get("inputBias")!,
    recurrenceBias: values.get("recurrenceBias")!,
    decay: others.map((other) => perChannel(other, channels)!),
    scale,
    reset: values.get("reset")!,
    precision: precisionsIn(match)[0],
  };
}

/** The RG-LRU that ends in `scan`, a nn.linear_scan; undefined when it is another recurrence or its parts are shared. */
export function matchRgLru(scan: OperationOf<"nn.linear_scan">): RgLru | undefined {
  const [x, a] = scan.operands as readonly [Value, Value];
  const { shape } = typeOf(x);
  if (shape.length !== 3 || scan.attributes.axis !== 1) return undefined;
  const channels = shape[2]!;
  const both: Pattern = function* (value, match) {
    for (const next of decay(channels)(a, match)) yield* input(channels)(value, next);
  };
  const match = matchValue(both, x);
  if (match === undefined || !isSelfContained(match, scan, keepsOrder)) return undefined;
  // One product has one precision.
  if (new Set(precisionsIn(match)).size !== 1) return undefined;
  const found = partsOf(match, channels);
  const fits =
    typeOf(found.x).shape.join() === shape.join() &&
    typeOf(found.reset).shape.join() === shape.slice(0, 2).join() &&
    found.inputWeight.type === found.recurrenceWeight.type;
  return fits ? found : undefined;
}
