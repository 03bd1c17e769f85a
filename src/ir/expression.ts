/** @file Formulas as they are written on paper: a value with arithmetic, each step an op that the emitter writes. */
import { InternalError } from "../support/errors.js";
import { type BinaryName, type Direction, type Emitter, typeOf, type UnaryName } from "./emit.js";
import type { Value } from "./operation.js";
import { type ElementType, type FloatType, formatElement, isFloat } from "./types.js";

/** A value, or a number that is made a constant of the other operand's type. */
export type Term = Expression | number;

/** A tensor in a formula; the formula is elementwise where its sizes are not known. */
export class Expression {
  constructor(
    readonly emitter: Emitter,
    readonly value: Value,
    /** What has the shape of all of the formula. */
    readonly model: Value = value,
  ) {}

  get element(): ElementType {
    return typeOf(this.value).element;
  }

  /** The element type of a formula over floats. */
  get float(): FloatType {
    if (!isFloat(this.element)) throw new InternalError(`${formatElement(this.element)} is no float type`);
    return this.element;
  }

  /** A constant filled with `number`, of this one's type. */
  like(number: number): Expression {
    return this.#wrap(this.emitter.fillLike(number, this.model, this.element));
  }

  plus = (other: Term): Expression => this.#binary("add", other);
  minus = (other: Term): Expression => this.#binary("subtract", other);
  times = (other: Term): Expression => this.#binary("multiply", other);
  over = (other: Term): Expression => this.#binary("divide", other);
  max = (other: Term): Expression => this.#binary("maximum", other);
  min = (other: Term): Expression => this.#binary("minimum", other);
  power = (other: Term): Expression => this.#binary("power", other);
  /** The angle of the point (x, this). */
  atan2 = (x: Term): Expression => this.#binary("atan2", x);
  and = (other: Expression): Expression => this.#binary("and", other);
  or = (other: Expression): Expression => this.#binary("or", other);

  abs = (): Expression => this.#unary("abs");
  negated = (): Expression => this.#unary("negate");
  squared = (): Expression => this.times(this);
  sqrt = (): Expression => this.#unary("sqrt");
  log = (): Expression => this.#unary("log");
  /** log(1 + x). */
  log1p = (): Expression => this.#unary("log_plus_one");
  exp = (): Expression => this.#unary("exponential");
  /** exp(x) - 1. */
  expm1 = (): Expression => this.#unary("exponential_minus_one");
  sin = (): Expression => this.#unary("sine");
  cos = (): Expression => this.#unary("cosine");
  tan = (): Expression => this.#unary("tan");
  floor = (): Expression => this.#unary("floor");
  sign = (): Expression => this.#unary("sign");
  not = (): Expression => this.#unary("not");
  isFinite = (): Expression => this.#unary("is_finite");
  real = (): Expression => this.#unary("real");
  imag = (): Expression => this.#unary("imag");

  isLess = (other: Term): Expression => this.#compare("LT", other);
  isAtMost = (other: Term): Expression => this.#compare("LE", other);
  isGreater = (other: Term): Expression => this.#compare("GT", other);
  isAtLeast = (other: Term): Expression => this.#compare("GE", other);
  equals = (other: Term): Expression => this.#compare("EQ", other);
  differs = (other: Term): Expression => this.#compare("NE", other);

  /** Of a predicate: `onTrue` where it holds, else `onFalse`; one of them must be an expression. */
  choose(onTrue: Term, onFalse: Term): Expression {
    const model = typeof onTrue === "number" ? onFalse : onTrue;
    const side = (term: Term): Value =>
      typeof term === "number" ? (model as Expression).like(term).value : term.value;
    return this.#wrap(this.emitter.select(this.value, side(onTrue), side(onFalse)));
  }

  /** Limits to [low, high]. */
  clamp = (low: number, high: number): Expression => this.#wrap(this.emitter.clamp(low, this.value, high));

  converted = (element: ElementType): Expression => this.#wrap(this.emitter.convert(this.value, element));
  /** The same bits as elements of another type of the same width. */
  bitcast = (element: ElementType): Expression => this.#wrap(this.emitter.bitcast(this.value, element));
  shiftedRight = (bits: number): Expression => this.#binary("shift_right_logical", bits);
  shiftedRightSigned = (bits: number): Expression => this.#binary("shift_right_arithmetic", bits);
  /** The complex number with this real part. */
  withImaginary = (imaginary: Expression): Expression => this.#binary("complex", imaginary);

  #wrap(value: Value): Expression {
    return new Expression(this.emitter, value, this.model);
  }

  #operand(term: Term): Value {
    return typeof term === "number" ? this.like(term).value : term.value;
  }

  #unary(name: UnaryName): Expression {
    return this.#wrap(this.emitter.unary(name, this.value));
  }

  #binary(name: BinaryName, other: Term): Expression {
    return this.#wrap(this.emitter.binary(name, this.value, this.#operand(other)));
  }

  #compare(direction: Direction, other: Term): Expression {
    return this.#wrap(this.emitter.compare(direction, this.value, this.#operand(other)));
  }
}

/** c0 x^n + c1 x^(n-1) + ... by Horner's rule; the highest power comes first. */
export function polynomial(x: Expression, coefficients: readonly number[]): Expression {
  const [first, ...rest] = coefficients as [number, ...number[]];
  return rest.reduce((sum, coefficient) => sum.times(x).plus(coefficient), x.like(first));
}

/** Runs a formula in f32 at least: f16, bf16 and narrower are widened for it and narrowed after. */
export function inWideFloats(x: Expression, formula: (x: Expression) => Expression): Expression {
  const { element } = x;
  if (element === "f32" || element === "f64") return formula(x);
  return formula(x.converted("f32")).converted(element);
}
