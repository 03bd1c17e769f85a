/** @file Weights computed from their names, for models too large to ship (golden/README.md). */
import { bf16FromF32, f16FromF32 } from "../support/half.js";
import type { Checkpoint } from "./checkpoint.js";
import type { FloatType } from "./dtype.js";
import type { Parameter, TensorNames } from "./names.js";
import type { StoredTensor } from "./safetensors.js";

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

/**
 * Values of a tensor lie in [offset - scale, offset + scale); the first rule that its name in a checkpoint fits
 * decides.
 */
function range(name: string, shape: readonly number[]): { readonly offset: number; readonly scale: number } {
  const inputs = shape.at(-1)!;
  if (name === "model.embed_tokens.weight") return { offset: 0, scale: 0.1 * Math.sqrt(3 / inputs) };
  if (name === "model.final_norm.weight") return { offset: 29, scale: 6 };
  if (name.endsWith("norm.weight")) return { offset: 0, scale: 0.2 };
  if (name.endsWith(".recurrent_param")) return { offset: -6.65, scale: 2.35 };
  if (name.endsWith("bias")) return { offset: 0, scale: 0.1 };
  // The last axis is what one output sums over: taps of the convolution, a block of the gates, inputs of a
  // linear layer.
  return { offset: 0, scale: Math.sqrt(3 / inputs) };
}

/** The f32 values of the tensor called `name` (its name in a checkpoint), row-major. */
export function formulaValues(
  name: string,
  shape: readonly number[],
  seed: number,
): Float32Array<ArrayBuffer> {
  const { offset, scale } = range(name, shape);
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
  readonly dtype: FloatType;
}

/** A checkpoint whose tensors are computed when they are read. */
export function formulaCheckpoint({ parameters, names, dtype }: FormulaModel, seed: number): Checkpoint {
  const tensors = parameters.map((parameter): StoredTensor => {
    const { name, shape } = names.nameOf(parameter);
    const bytes = shape.reduce((product, size) => product * size, dtype === "f32" ? 4 : 2);
    const read: StoredTensor["read"] = async (into) => {
      const packed = pack(formulaValues(name, shape, seed), dtype);
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

function pack(values: Float32Array<ArrayBuffer>, dtype: FloatType): Uint8Array<ArrayBuffer> {
  if (dtype === "f32") return new Uint8Array(values.buffer);
  const halves = dtype === "bf16" ? bf16FromF32(values) : f16FromF32(values);
  return new Uint8Array(halves.buffer as ArrayBuffer, halves.byteOffset, halves.byteLength);
}
