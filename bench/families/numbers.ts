/** @file The numbers that both sides begin with, by a formula of whole numbers; the reference has the same. */
import type { Specs } from "../../src/dsl/index.js";
import { elementCount } from "../../src/ir/types.js";
import type { Case } from "./forms.js";

/** What an operand holds: numbers of [low, high), or of integers each token's position. */
export interface Operand {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: "f32" | "i32";
  readonly low: number;
  readonly high: number;
  /** Sets operands apart from each other. */
  readonly seed: number;
}

/** Decays and steps as in trained models, so that nothing grows; the others are of [-1, 1). */
const RANGES: Readonly<Record<string, readonly [low: number, high: number]>> = {
  delta: [0.001, 0.1],
  a: [-8, -0.5],
  logDecay: [-0.2, -0.01],
  read: [-0.1, 0.1],
  write: [-0.1, 0.1],
};

/** The operands of a case, and last the cotangent of y. */
export function operandsOf({ operands, y }: Case): readonly Operand[] {
  const all: Specs = { ...operands, cotangent: y };
  return Object.entries(all).map(([name, { axes, dtype }], seed) => {
    const [low, high] = RANGES[name] ?? [-1, 1];
    const shape = axes.map(({ size }) => size);
    return { name, shape, dtype: dtype === "i32" ? "i32" : "f32", low, high, seed };
  });
}

const PRIME = 10_007;

/** The elements of an operand, row-major. */
export function numbersOf({ shape, dtype, low, high, seed }: Operand): Float32Array | Int32Array {
  const count = elementCount(shape);
  if (dtype === "i32") return Int32Array.from({ length: count }, (_, i) => i % shape.at(-1)!);
  return Float32Array.from({ length: count }, (_, i) => {
    const place = i % PRIME;
    const mixed = (place * place * 31 + i * 7919 + seed * 104_729) % PRIME;
    return low + (mixed / PRIME) * (high - low);
  });
}
