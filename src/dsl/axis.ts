/** @file Named axes: what a dimension means, and how many elements it has. */
import { type ComplexType, type IntegerType, isScalarType, type ScalarType } from "../ir/types.js";
import { shown } from "../support/given.js";
import { ownValue } from "../support/own-value.js";
import { ShapeError } from "./errors.js";

/** An element type a tensor of the DSL may have: StableHLO's scalars. */
export type DType = ScalarType;

/** The float types a model may compute in. */
export type FloatDType = "f64" | "f32" | "f16" | "bf16";

/** The integer types that a model may compute in. */
export type IntegerDType = IntegerType;

/** The complex types. */
export type ComplexDType = ComplexType;

/** The element type of the parts of complex numbers, else the type itself. */
export type RealOf<D extends DType> = D extends "complex<f32>" ? "f32" : D extends "complex<f64>" ? "f64" : D;

/** One dimension: its meaning and its size in elements. */
export interface Axis<Name extends string = string> {
  readonly name: Name;
  readonly size: number;
}

/** The names of a list of axes, also where they are type parameters: `NamesOf<[Axis<"heads">, Axis<T>]>` is `"heads" | T`. */
export type NamesOf<L extends readonly Axis[]> = L[number]["name"];

/**
 * `Names` but for `Gone`. While names are type parameters it is not taken apart, unlike `Exclude`, so that functions can tell from the
 * type of a product which axes its factors had.
 */
export type Without<Names extends string, Gone> = [Names] extends [never] ? never : Exclude<Names, Gone>;

/** Names a dimension. `axis("time", 128)`. @throws ShapeError unless the size is a whole number, 0 or more */
export function axis<const Name extends string>(name: Name, size: number): Axis<Name> {
  checkAxes([{ name, size }]);
  return { name, size };
}

/** Complains about sizes that no tensor has, and about two axes of one name. */
export function checkAxes(axes: readonly Axis[], dtype?: string): void {
  if (!Array.isArray(axes)) {
    throw new ShapeError({
      message: "the axes must be a list",
      expected: '[axis("batch", 2), axis("time", 8)], or [] of a scalar',
      got: shown(axes),
    });
  }
  axes.forEach((axis, i) => {
    if (typeof axis?.name !== "string") {
      throw new ShapeError({
        message: "this is no axis",
        got: JSON.stringify(axis),
        hint: 'axes have a name and a size: axis("batch", 2)',
      });
    }
    const { name, size } = axis;
    if (!Number.isInteger(size) || size < 0) {
      throw new ShapeError({
        message: `axis "${name}" has size ${shown(size)}`,
        expected: "a whole number, 0 or more",
        ...(dtype === undefined ? {} : { got: describe(axes, dtype) }),
      });
    }
    if (indexOf(axes, name) === i) return;
    throw new ShapeError({
      message: `two axes are called "${name}"`,
      got: describe(axes, dtype),
      hint: `axes are told apart by their names: rename one, x.rename({ ${name}: "..." })`,
    });
  });
}

/** Element types as NumPy, JAX and PyTorch call them. */
const ELSEWHERE: Readonly<Record<string, ScalarType>> = {
  ...{ bool: "i1", boolean: "i1", half: "f16", float: "f32", double: "f64", int: "i32", long: "i64" },
  ...{ bfloat16: "bf16", complex64: "complex<f32>", complex128: "complex<f64>" },
};

function hintOf(dtype: string): string {
  const named = ownValue(ELSEWHERE, dtype) ?? dtype.replace(/^(f|u?i)(?:loat|nt)(?=\d)/, "$1");
  return isScalarType(named) ? `did you mean ${named}?` : "f32, bf16, f16, i32, i1 ... as in StableHLO";
}

/** Complains of what no tensor is declared by: other things than axes, sizes that are none, an unknown element type. */
export function checkDeclared(axes: readonly Axis[], dtype: string): void {
  if (typeof dtype !== "string" || !isScalarType(dtype)) {
    throw new ShapeError({
      message: `there is no element type ${dtype}`,
      hint: hintOf(String(dtype)),
    });
  }
  checkAxes(axes, dtype);
}

export const sizesOf = (axes: readonly Axis[]): readonly number[] => axes.map((a) => a.size);
export const namesOf = (axes: readonly Axis[]): readonly string[] => axes.map((a) => a.name);
export const indexOf = (axes: readonly Axis[], name: string): number =>
  axes.findIndex((a) => a.name === name);

/** `[batch 2, time 5] f32`: how tensors stand in errors. */
export const describe = (axes: readonly Axis[], dtype?: string): string =>
  `[${axes.map((a) => `${a.name} ${a.size}`).join(", ")}]${dtype === undefined ? "" : ` ${dtype}`}`;
