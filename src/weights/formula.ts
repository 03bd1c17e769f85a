/** @file Weights computed from their names, for models too large to ship (golden/README.md). */
import { bf16FromF32, f16FromF32 } from "../support/half.js";
import type { Checkpoint } from "./checkpoint.js";
import type { ComputeDType } from "./dtype.js";
import type { Parameter, TensorEntryName, TensorNames } from "./names.js";
import type { StoredTensor } from "./stored.js";

/** FNV-1a of the UTF-8 bytes of `text`, 32 bits. */
export function fnv1a32(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** MurmurHash3's finaliser: every bit of `value` reaches every bit of the result. */
export function fmix32(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Values of a tensor by formula lie in [offset - scale, offset + scale). */
export interface FormulaRange {
  readonly offset: number;
  readonly scale: number;
}

/** The range of a tensor, known by its name in a checkpoint and its shape there; undefined: the one of all others. */
export type FormulaRanges = (tensor: TensorEntryName) => FormulaRange | undefined;

/** Variance 1 / n for the n elements of the last axis, which in a linear layer are what one output sums over. */
const rangeOfOthers = ({ shape }: TensorEntryName): FormulaRange => ({
  offset: 0,
  scale: Math.sqrt(3 / (shape.at(-1) ?? 1)),
});

/** The f32 values of a tensor of a checkpoint, row-major. */
export function formulaValues(
  tensor: TensorEntryName,
  seed: number,
  ranges?: FormulaRanges,
): Float32Array<ArrayBuffer> {
  const { name, shape } = tensor;
  const { offset, scale } = ranges?.(tensor) ?? rangeOfOthers(tensor);
  const key = fnv1a32(name) ^ seed;
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
  for (let i = 0; i < values.length; i++) {
    const mixed = fmix32((Math.imul(i, 0x9e3779b1) + key) | 0);
    values[i] = offset + scale * ((mixed >>> 8) / 2 ** 23 - 1);
  }
  return values;
}

/** What decides which tensors a checkpoint by formula has. */
export interface FormulaModel {
  /** The checkpoint has exactly these. */
  readonly parameters: readonly Parameter[];
  /** Values follow from the names. */
  readonly names: TensorNames;
  /** What the tensors are stored in. */
  readonly dtype: ComputeDType;
  /** Ranges of values; without it, and for tensors that it leaves out, sqrt(3 / n) around 0, n the size of the last axis. */
  readonly formula?: FormulaRanges | undefined;
}

/** A checkpoint whose tensors are computed when they are read. */
export function formulaCheckpoint(
  { parameters, names, dtype, formula }: FormulaModel,
  seed: number,
): Checkpoint {
  const tensors = parameters.map((parameter): StoredTensor => {
    const { name, shape } = names.nameOf(parameter);
    const bytes = shape.reduce((product, size) => product * size, dtype === "f32" ? 4 : 2);
    const read: StoredTensor["read"] = async (into) => {
      const packed = pack(formulaValues({ name, shape }, seed, formula), dtype);
      into?.set(packed);
      return into ?? packed;
    };
    return { name, dtype, shape, bytes, read };
  });
  const close = async () => {};
  return {
    where: `formula, seed ${seed}`,
    tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function pack(values: Float32Array<ArrayBuffer>, dtype: ComputeDType): Uint8Array<ArrayBuffer> {
  if (dtype === "f32") return new Uint8Array(values.buffer);
  const halves = dtype === "bf16" ? bf16FromF32(values) : f16FromF32(values);
  return new Uint8Array(halves.buffer as ArrayBuffer, halves.byteOffset, halves.byteLength);
}
