/**
 * @file What an author says about gradients stands at operations, as attributes: where a gradient stops, what is computed again, what is
 * kept. They go with copies of operations, and are gone when the trace ends.
 */
import { type AttributeDictionary, stringAttribute } from "../ir/attribute.js";
import type { Builder } from "../ir/builder.js";
import { shapeOf } from "../ir/emit.js";
import { type Operation, type Value, walk } from "../ir/operation.js";
import { setExtra } from "../ir/rewriter.js";

const STOP = "griffin.stop_gradient";
const NAME = "griffin.kept_name";
const REMAT = "griffin.remat";

/** The value itself, marked: a transpose that moves nothing, since the patterns of fused ops look through reshapes. */
export function identity(builder: Builder, value: Value, extra: AttributeDictionary = new Map()): Value {
  const permutation = shapeOf(value).map((_, i) => i);
  return builder.create("stablehlo.transpose", [value], { permutation }, { extra }).result;
}

/** `value` itself, of which no gradient is taken. */
export const stopGradientOf = (builder: Builder, value: Value): Value =>
  identity(builder, value, new Map([[STOP, { kind: "unit" }]]));

/** Whether gradients end at an operation. */
export const isStopped = ({ extra }: Operation): boolean => extra.has(STOP);

/** `value` itself, by a name under which `remat` may keep it. */
export const namedValue = (builder: Builder, value: Value, name: string): Value =>
  identity(builder, value, new Map([[NAME, stringAttribute(name)]]));

/** What is kept of code that is computed again: nothing, products of matrices and StableHLO convolutions, or values of these names. */
export type Kept = "nothing" | "products" | { readonly names: readonly string[] };

/** Code that is computed again in its gradient. */
export interface Rematerialised {
  /** Tells it from other code. */
  readonly id: number;
  readonly kept: Kept;
}

/** Nested ones from the outermost to the innermost. */
function rematerialisedBy({ extra }: Operation): readonly Rematerialised[] {
  const mark = extra.get(REMAT);
  return mark?.kind === "string" ? (JSON.parse(mark.value) as readonly Rematerialised[]) : [];
}

function setRematerialised(operation: Operation, all: readonly Rematerialised[]): void {
  const extra = new Map(operation.extra);
  if (all.length === 0) extra.delete(REMAT);
  else extra.set(REMAT, stringAttribute(JSON.stringify(all)));
  setExtra(operation, extra);
}

/** The outermost code that an operation belongs to and that is computed again. */
export const rematerialisedOf = (operation: Operation): Rematerialised | undefined =>
  rematerialisedBy(operation)[0];

/** Whether an operation belongs to code inside of the outermost one that is computed again by itself. */
export const isNested = (operation: Operation): boolean => rematerialisedBy(operation).length > 1;

/** Says that operations are computed again in their gradient, together. */
export function markRematerialised(operations: readonly Operation[], code: Rematerialised): void {
  for (const operation of operations) setRematerialised(operation, [code, ...rematerialisedBy(operation)]);
}

/** The same operation without its outermost mark. */
export function dropOutermost(operation: Operation): void {
  setRematerialised(operation, rematerialisedBy(operation).slice(1));
}

/** The name under which an operation's result may be kept. */
export function keptName({ extra }: Operation): string | undefined {
  const mark = extra.get(NAME);
  return mark?.kind === "string" ? mark.value : undefined;
}

/** Removes all marks from a module that has been traced. */
export function dropMarks(module: Operation): void {
  const isMark = (name: string): boolean => name === STOP || name === NAME || name === REMAT;
  for (const operation of walk(module)) {
    if (operation.extra.size === 0 || ![...operation.extra.keys()].some(isMark)) continue;
    setExtra(operation, new Map([...operation.extra].filter(([name]) => !isMark(name))));
  }
}
