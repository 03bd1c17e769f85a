/** @file Layout casts between the order of time and the strided layout: at most one of each kind per value, none where another value will do. */
import { rowAxesOf } from "../../ir/analysis/row-axes.js";
import { Builder } from "../../ir/builder.js";
import { definingOp, type Operation, type Value } from "../../ir/operation.js";
import { isOp, type OperationOf } from "../../ir/ops/index.js";

export type CastName = "nn.to_strided" | "nn.to_ordered";

/** A builder right after the definition of `value`: what it makes dominates all users of `value`. */
function builderAfter(value: Value): Builder {
  const maker = definingOp(value);
  if (maker === undefined) return Builder.before((value.owner as Exclude<Value["owner"], Operation>).first!);
  const builder = Builder.before(maker.next!);
  builder.location = maker.location;
  return builder;
}

/** The casts of one factor. */
export class Casts {
  readonly #equalRows = new Map<Value, Map<number, boolean>>();

  constructor(readonly factor: number) {}

  /** `value` with its rows along `axis` in the strided layout. */
  toStrided = (value: Value, axis: number): Value =>
    this.#hasEqualRows(value, axis) ? value : this.#cast("nn.to_strided", "nn.to_ordered", value, axis);

  /** `value`, whose rows along `axis` are strided, in the order of time. */
  toOrdered = (value: Value, axis: number): Value =>
    this.#hasEqualRows(value, axis) ? value : this.#cast("nn.to_ordered", "nn.to_strided", value, axis);

  /** Whether an operation is the cast `name` of this factor along `axis`. */
  is<K extends CastName>(
    operation: Operation | undefined,
    name: K,
    axis: number,
  ): operation is OperationOf<K> & Operation {
    if (!isOp(operation, "nn.to_strided", "nn.to_ordered") || operation.name !== name) return false;
    return operation.attributes.axis === axis && operation.attributes.factor === this.factor;
  }

  /** The cast `name` of `value` along `axis`, if there is one. */
  find(name: CastName, value: Value, axis: number): Operation | undefined {
    return [...value.users].find((user) => this.is(user, name, axis));
  }

  #cast(name: CastName, inverse: CastName, value: Value, axis: number): Value {
    const maker = definingOp(value);
    if (this.is(maker, inverse, axis)) return maker.operands[0]!;
    const known = this.find(name, value, axis);
    if (known !== undefined) return known.result;
    return builderAfter(value).create(name, [value], { axis, factor: this.factor }).result;
  }

  /** Whether all rows along `axis` are equal: no order of them differs from another. */
  #hasEqualRows(value: Value, axis: number): boolean {
    const known = this.#equalRows.get(value) ?? new Map<number, boolean>();
    this.#equalRows.set(value, known);
    const found = known.get(axis) ?? this.#computeEqualRows(value, axis);
    known.set(axis, found);
    return found;
  }

  #computeEqualRows(value: Value, axis: number): boolean {
    const maker = definingOp(value);
    const axes = maker && rowAxesOf(maker, axis);
    if (axes === undefined || axes.results[value.index] !== axis) return false;
    return axes.operands.every(
      (source, i) => source === undefined || this.#hasEqualRows(maker!.operands[i]!, source),
    );
  }
}
