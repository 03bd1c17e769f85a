/** @file Rules of elementwise ops from functions on single values, one function for each kind of number. */
import { bitWidth, type ElementType, formatElement } from "../types.js";
import { isUnsigned } from "./codec.js";
import { type Complex, complex } from "./complex.js";
import { unsupportedElement } from "./errors.js";
import { domainOf, Tensor } from "./tensor.js";

/** Facts about an integer type that its functions need. */
export interface IntegerInfo {
  readonly bits: number;
  readonly unsigned: boolean;
}

const infoOf = (element: ElementType): IntegerInfo => ({
  bits: bitWidth(element),
  unsigned: isUnsigned(element),
});

/** One function per kind of number; an absent one means that the op has no such form. */
export interface UnaryFunctions {
  readonly boolean?: (x: boolean) => boolean;
  readonly integer?: (x: bigint, info: IntegerInfo) => bigint;
  readonly float?: (x: number) => number;
  readonly complex?: (x: Complex) => Complex;
}

export interface BinaryFunctions {
  readonly boolean?: (x: boolean, y: boolean) => boolean;
  readonly integer?: (x: bigint, y: bigint, info: IntegerInfo) => bigint;
  readonly float?: (x: number, y: number) => number;
  /** `round` rounds to the type of the parts, for steps that others round too. */
  readonly complex?: (x: Complex, y: Complex, round: (x: number) => number) => Complex;
}

/** Rounds to what steps are carried in: f32 for every type narrower than f64. */
export const carrier = (element: ElementType): ((x: number) => number) =>
  element === "f64" || element === "complex<f64>" ? (x) => x : Math.fround;

/** Complex element `i` of a tensor. */
export const complexAt = (x: Tensor, i: number): Complex => complex(x.floats[2 * i]!, x.floats[2 * i + 1]!);

/** A complex tensor from a function of the element's position. */
export function complexTensor(
  shape: readonly number[],
  element: ElementType,
  count: number,
  at: (i: number) => Complex,
): Tensor {
  const parts = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    const { re, im } = at(i);
    parts[2 * i] = re;
    parts[2 * i + 1] = im;
  }
  return Tensor.fromFloats(shape, element, parts);
}

/**
 * A tensor of `element` whose values come from functions of the position, one function per kind of number.
 */
function tabulate(
  name: string,
  shape: readonly number[],
  element: ElementType,
  count: number,
  at: {
    readonly boolean?: ((i: number) => boolean) | undefined;
    readonly integer?: ((i: number) => bigint) | undefined;
    readonly float?: ((i: number) => number) | undefined;
    readonly complex?: ((i: number) => Complex) | undefined;
  },
): Tensor {
  const domain = domainOf(element);
  if (domain === "boolean" && at.boolean !== undefined)
    return Tensor.fromBooleans(
      shape,
      Array.from({ length: count }, (_, i) => at.boolean!(i)),
    );
  if (domain === "integer" && at.integer !== undefined)
    return Tensor.fromIntegers(
      shape,
      element,
      Array.from({ length: count }, (_, i) => at.integer!(i)),
    );
  if (domain === "float" && at.float !== undefined) {
    const values = new Float64Array(count);
    for (let i = 0; i < count; i++) values[i] = at.float(i);
    return Tensor.fromFloats(shape, element, values);
  }
  if (domain === "complex" && at.complex !== undefined)
    return complexTensor(shape, element, count, at.complex);
  throw unsupportedElement(name, formatElement(element));
}

/** Applies a function to every element of `x`; `name` is for messages. */
export function mapUnary(name: string, functions: UnaryFunctions, x: Tensor): Tensor {
  const { boolean, integer, float, complex: ofComplex } = functions;
  const info = infoOf(x.element);
  return tabulate(name, x.shape, x.element, x.count, {
    boolean: boolean && ((i) => boolean(x.bytes[i] !== 0)),
    integer: integer && ((i) => integer(x.integers[i]!, info)),
    float: float && ((i) => float(x.floats[i]!)),
    complex: ofComplex && ((i) => ofComplex(complexAt(x, i))),
  });
}

/** Applies a function to every pair of elements of `x` and `y`, which have one type. */
export function mapBinary(name: string, functions: BinaryFunctions, x: Tensor, y: Tensor): Tensor {
  const { boolean, integer, float, complex: ofComplex } = functions;
  const round = carrier(x.element);
  const info = infoOf(x.element);
  return tabulate(name, x.shape, x.element, x.count, {
    boolean: boolean && ((i) => boolean(x.bytes[i] !== 0, y.bytes[i] !== 0)),
    integer: integer && ((i) => integer(x.integers[i]!, y.integers[i]!, info)),
    float: float && ((i) => float(x.floats[i]!, y.floats[i]!)),
    complex: ofComplex && ((i) => ofComplex(complexAt(x, i), complexAt(y, i), round)),
  });
}

type Rule = (operation: { readonly name: string }, operands: readonly Tensor[]) => readonly Tensor[];

/** The rule of an op that maps one operand. */
export const unary =
  (functions: UnaryFunctions): Rule =>
  (operation, [x]) => [mapUnary(operation.name, functions, x!)];

/** The rule of an op that maps two operands of one type. */
export const binary =
  (functions: BinaryFunctions): Rule =>
  (operation, [x, y]) => [mapBinary(operation.name, functions, x!, y!)];
