/** @file Named axes: what a dimension means, and how many elements it has. */
import type { ScalarType } from "../ir/types.js";

/** An element type a tensor of the DSL may have: StableHLO's scalars. */
export type DType = ScalarType;

/** The float types a model may compute in. */
export type FloatDType = "f64" | "f32" | "f16" | "bf16";

/** One dimension: its meaning and its size in elements. */
export interface Axis<Name extends string = string> {
  readonly name: Name;
  readonly size: number;
}

/** Names a dimension. `axis("time", 128)` */
export const axis = <const Name extends string>(name: Name, size: number): Axis<Name> => ({ name, size });

export const sizesOf = (axes: readonly Axis[]): readonly number[] => axes.map((a) => a.size);
export const namesOf = (axes: readonly Axis[]): readonly string[] => axes.map((a) => a.name);
export const indexOf = (axes: readonly Axis[], name: string): number =>
  axes.findIndex((a) => a.name === name);

/** `[batch 2, time 5] f32`: how tensors stand in errors. */
export const describe = (axes: readonly Axis[], dtype?: string): string =>
  `[${axes.map((a) => `${a.name} ${a.size}`).join(", ")}]${dtype === undefined ? "" : ` ${dtype}`}`;
