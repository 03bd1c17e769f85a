/** @file Named axes: what a dimension means, and how many elements it has. */
import type { ComplexType, IntegerType, ScalarType } from "../ir/types.js";
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
  axes.forEach(({ name, size }, i) => {
    if (!Number.isInteger(size) || size < 0) {
      throw new ShapeError({
        message: `axis "${name}" has size ${size}`,
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

export const sizesOf = (axes: readonly Axis[]): readonly number[] => axes.map((a) => a.size);
export const namesOf = (axes: readonly Axis[]): readonly string[] => axes.map((a) => a.name);
export const indexOf = (axes: readonly Axis[], name: string): number =>
  axes.findIndex((a) => a.name === name);

/** `[batch 2, time 5] f32`: how tensors stand in errors. */
export const describe = (axes: readonly Axis[], dtype?: string): string =>
  `[${axes.map((a) => `${a.name} ${a.size}`).join(", ")}]${dtype === undefined ? "" : ` ${dtype}`}`;
