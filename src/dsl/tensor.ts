/** @file Tensor: an SSA value whose dimensions have names. Arithmetic is methods, since TypeScript has no operators. */
import type { Value } from "../ir/operation.js";
import type { Attributes } from "../ir/ops/index.js";
import { isComplex, isFloat, isInteger } from "../ir/types.js";
import { ownValue } from "../support/own-value.js";
import { broadcastTo, checkDTypes, checkTensor, commonAxes, findAxis } from "./align.js";
import {
  type Axis,
  checkAxes,
  type ComplexDType,
  type DType,
  describe,
  type FloatDType,
  type IntegerDType,
} from "./axis.js";
import { TraceError } from "./errors.js";
import { builderHere, currentTrace, type TensorData } from "./trace.js";

type BinaryName =
  | "add"
  | "subtract"
  | "multiply"
  | "divide"
  | "maximum"
  | "minimum"
  | "power"
  | "remainder"
  | "and"
  | "or"
  | "xor"
  | "shift_left"
  | "shift_right_arithmetic"
  | "shift_right_logical";
type Direction = Attributes<"stablehlo.compare">["comparison_direction"];

/** The element types that bits are and-ed in. */
type BitsDType = "i1" | IntegerDType;

/**
 * A tensor without axes whose numbers may stand beside elements of `D` as they are: integers and floats beside floats and complex numbers. It
 * takes their type, rounding once, and never the other way round.
 */
type ScalarBeside<D extends DType> = D extends FloatDType | ComplexDType
  ? { [E in FloatDType | IntegerDType]: Tensor<never, E> }[FloatDType | IntegerDType]
  : never;

/**
 * A tensor with axes named `A` (a union of names) and elements of type `D`. Axes match by name, never by position; an
 * operand that lacks an axis of the other is repeated along it.
 */
export class Tensor<A extends string = string, D extends DType = DType> implements TensorData {
  /** Keep `Tensor<"batch">` and `Tensor<"time">` apart in both directions, and so element types: no mix is both. */
  declare protected readonly axisNames: (names: A) => A;
  declare protected readonly elements: (dtype: D) => D;

  constructor(
    readonly axes: readonly Axis[],
    readonly dtype: D,
    readonly value: Value,
  ) {
    checkAxes(axes, dtype);
  }

  add<B extends string = never>(other: Tensor<B, D> | ScalarBeside<D> | number): Tensor<A | B, D> {
    return this.#binary("add", other);
  }
  sub<B extends string = never>(other: Tensor<B, D> | ScalarBeside<D> | number): Tensor<A | B, D> {
    return this.#binary("subtract", other);
  }
  mul<B extends string = never>(other: Tensor<B, D> | ScalarBeside<D> | number): Tensor<A | B, D> {
    return this.#binary("multiply", other);
  }
  div<B extends string = never>(other: Tensor<B, D> | ScalarBeside<D> | number): Tensor<A | B, D> {
    return this.#binary("divide", other);
  }
  max<B extends string = never>(other: Tensor<B, D> | ScalarBeside<D> | number): Tensor<A | B, D> {
    return this.#binary("maximum", other);
  }
  min<B extends string = never>(other: Tensor<B, D> | ScalarBeside<D> | number): Tensor<A | B, D> {
    return this.#binary("minimum", other);
  }
  pow<B extends string = never>(other: Tensor<B, D> | ScalarBeside<D> | number): Tensor<A | B, D> {
    return this.#binary("power", other);
  }
  /** The remainder with the sign of the dividend. */
  rem<B extends string = never>(other: Tensor<B, D> | ScalarBeside<D> | number): Tensor<A | B, D> {
    return this.#binary("remainder", other);
  }
  and<B extends string, E extends BitsDType>(this: Tensor<A, E>, other: Tensor<B, E>): Tensor<A | B, E> {
    return this.#binary("and", other);
  }
  or<B extends string, E extends BitsDType>(this: Tensor<A, E>, other: Tensor<B, E>): Tensor<A | B, E> {
    return this.#binary("or", other);
  }
  xor<B extends string, E extends BitsDType>(this: Tensor<A, E>, other: Tensor<B, E>): Tensor<A | B, E> {
    return this.#binary("xor", other);
  }
  /** The bits moved towards the highest; zeros come in. 0 for as many places as there are bits, or more. */
  shiftLeft<B extends string = never>(
    this: Tensor<A, D & IntegerDType>,
    places: Tensor<B, D & IntegerDType> | number,
  ): Tensor<A | B, D> {
    return (this as Tensor<A, D>).#binary("shift_left", places as Tensor<B, D> | number);
  }
  /** The bits moved towards the lowest; copies of the sign come in where numbers have one, else zeros. */
  shiftRight<B extends string = never>(
    this: Tensor<A, D & IntegerDType>,
    places: Tensor<B, D & IntegerDType> | number,
  ): Tensor<A | B, D> {
    const name = this.dtype.startsWith("u") ? "shift_right_logical" : "shift_right_arithmetic";
    return (this as Tensor<A, D>).#binary(name, places as Tensor<B, D> | number);
  }

  eq<B extends string = never>(other: Tensor<B, D> | ScalarBeside<D> | number): Tensor<A | B, "i1"> {
    return this.#compare("EQ", other);
  }
  ne<B extends string = never>(other: Tensor<B, D> | ScalarBeside<D> | number): Tensor<A | B, "i1"> {
    return this.#compare("NE", other);
  }
  lt<B extends string = never>(other: Tensor<B, D> | ScalarBeside<D> | number): Tensor<A | B, "i1"> {
    return this.#compare("LT", other);
  }
  le<B extends string = never>(other: Tensor<B, D> | ScalarBeside<D> | number): Tensor<A | B, "i1"> {
    return this.#compare("LE", other);
  }
  gt<B extends string = never>(other: Tensor<B, D> | ScalarBeside<D> | number): Tensor<A | B, "i1"> {
    return this.#compare("GT", other);
  }
  ge<B extends string = never>(other: Tensor<B, D> | ScalarBeside<D> | number): Tensor<A | B, "i1"> {
    return this.#compare("GE", other);
  }

  /** The same numbers as elements of another type. */
  to<E extends DType>(dtype: E): Tensor<A, E> {
    if ((dtype as string) === this.dtype) return this as unknown as Tensor<A, E>;
    const type = currentTrace().typeOf(this.axes, dtype);
    const value = builderHere().create("stablehlo.convert", [this.value], {}, { results: [type] }).result;
    return new Tensor(this.axes, dtype, value);
  }

  /** Other names for some axes: `k.rename({ time: "key" })`. */
  rename<const M extends { readonly [K in A]?: string }>(
    names: M,
  ): Tensor<{ [K in A]: K extends keyof M ? (M[K] extends string ? M[K] : K) : K }[A], D> {
    const renames = names as Readonly<Record<string, string | undefined>>;
    for (const name of Object.keys(renames)) findAxis("rename", this, name);
    const axes = this.axes.map((a) => ({ name: ownValue(renames, a.name) ?? a.name, size: a.size }));
    return new Tensor(axes, this.dtype, this.value);
  }

  /** Repeated along a new axis, which comes first. */
  expand<N extends string>(newAxis: Axis<N>): Tensor<A | N, D> {
    const axes = [newAxis, ...this.axes];
    checkAxes(axes, this.dtype);
    return new Tensor(axes, this.dtype, broadcastTo(this, axes));
  }

  /** The size of an axis. */
  size(name: A): number {
    return findAxis("size", this, name).axis.size;
  }

  /** The axis itself, to make other tensors alike. */
  axis<N extends A>(name: N): Axis<N> {
    return findAxis("axis", this, name).axis as Axis<N>;
  }

  /**
   * For JavaScript's own operators, which would make a number or a truth of it that has nothing to do with what it holds.
   * @throws TraceError but where it becomes a text
   */
  [Symbol.toPrimitive](hint: "number" | "string" | "default"): string {
    if (hint === "string") return this.toString();
    throw new TraceError({
      message: "JavaScript's operators know nothing of tensors",
      got: this.toString(),
      hint: "the DSL has methods for them: x.add(1), x.mul(y), x.gt(0), and where(x.gt(0), x, y) for a choice",
    });
  }

  toString(): string {
    return describe(this.axes, this.dtype);
  }

  static {
    // For loops, spreads and destructuring; no member of the class, which types would then take for something to go through.
    Object.defineProperty(Tensor.prototype, Symbol.iterator, {
      value(this: Tensor): never {
        throw new TraceError({
          message:
            "JavaScript cannot go through the elements of a tensor, which are known when the program runs",
          got: this.toString(),
          hint: 'at(x, "axis", 0) is a part of it; scan("axis", ...) goes through an axis',
        });
      },
    });
  }

  #operand(op: string, other: TensorData | number): TensorData {
    if (typeof other !== "number") {
      checkTensor(op, "the other operand", other);
      return this.#beside(other);
    }
    const value = currentTrace().fill(op, other, this.axes, this.dtype);
    return { axes: this.axes, dtype: this.dtype, value };
  }

  /** A scalar of another type as these elements', where that is no loss but of rounding. */
  #beside(other: TensorData): TensorData {
    const { axes, dtype, value } = other;
    const takes = isFloat(this.dtype) || isComplex(this.dtype);
    const fits = takes && axes.length === 0 && dtype !== this.dtype && (isFloat(dtype) || isInteger(dtype));
    return fits ? new Tensor([], dtype, value).to(this.dtype) : other;
  }

  #aligned(
    op: string,
    other: TensorData | number,
  ): { readonly axes: readonly Axis[]; readonly values: readonly [Value, Value] } {
    const rhs = this.#operand(op, other);
    const names = ["lhs", "rhs"];
    checkDTypes(op, [this, rhs], names);
    const axes = commonAxes(op, [this, rhs], names);
    return { axes, values: [broadcastTo(this, axes), broadcastTo(rhs, axes)] };
  }

  #binary<B extends string>(
    name: BinaryName,
    other: Tensor<B, D> | ScalarBeside<D> | number,
  ): Tensor<A | B, D> {
    const { axes, values } = this.#aligned(name, other);
    return new Tensor(axes, this.dtype, builderHere().create(`stablehlo.${name}`, values, {}).result);
  }

  #compare<B extends string>(
    direction: Direction,
    other: Tensor<B, D> | ScalarBeside<D> | number,
  ): Tensor<A | B, "i1"> {
    const { axes, values } = this.#aligned("compare", other);
    const attributes = { comparison_direction: direction };
    return new Tensor(axes, "i1", builderHere().create("stablehlo.compare", values, attributes).result);
  }
}
