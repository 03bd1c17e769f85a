/** @file Element types of safetensors files: their code in a file, their StableHLO spelling, their size. */

/** Every type a safetensors file can hold: [code in the file, StableHLO spelling, bits an element]. */
const TYPES = [
  ["BOOL", "i1", 8], // one byte each in a file, as in a PJRT buffer
  ["F4", "f4E2M1FN", 4],
  ["F6_E2M3", "f6E2M3FN", 6],
  ["F6_E3M2", "f6E3M2FN", 6],
  ["U8", "ui8", 8],
  ["I8", "i8", 8],
  ["F8_E5M2", "f8E5M2", 8],
  ["F8_E4M3", "f8E4M3FN", 8],
  ["F8_E8M0", "f8E8M0FNU", 8],
  ["F8_E4M3FNUZ", "f8E4M3FNUZ", 8],
  ["F8_E5M2FNUZ", "f8E5M2FNUZ", 8],
  ["I16", "i16", 16],
  ["U16", "ui16", 16],
  ["F16", "f16", 16],
  ["BF16", "bf16", 16],
  ["I32", "i32", 32],
  ["U32", "ui32", 32],
  ["F32", "f32", 32],
  ["C64", "complex<f32>", 64],
  ["F64", "f64", 64],
  ["I64", "i64", 64],
  ["U64", "ui64", 64],
] as const;

/** The StableHLO spelling of a type that a safetensors file can hold. */
export type StoredType = (typeof TYPES)[number][1];

/** The element types that a model may compute in, and that its weights are converted to. */
export const computeDTypes = ["f32", "bf16", "f16"] as const;

export type ComputeDType = (typeof computeDTypes)[number];

/** Whether a model may compute in elements of this type. */
export const isComputeDType = (type: string): type is ComputeDType =>
  (computeDTypes as readonly string[]).includes(type);

const typeByCode: ReadonlyMap<string, StoredType> = new Map(TYPES.map(([code, type]) => [code, type]));
const codeByType: ReadonlyMap<string, string> = new Map(TYPES.map(([code, type]) => [type, code]));
const bitsByType: ReadonlyMap<string, number> = new Map(TYPES.map(([, type, bits]) => [type, bits]));

/** Codes of all types, for messages. */
export const typeCodes: readonly string[] = TYPES.map(([code]) => code);

/** The StableHLO spelling of a code such as `BF16`, or undefined. */
export function typeOfCode(code: string): StoredType | undefined {
  return typeByCode.get(code);
}

/** The code of a type in a file, e.g. `BF16` of `bf16`. */
export function codeOfType(type: StoredType): string {
  return codeByType.get(type)!;
}

/** Whether `type` is the StableHLO spelling of a type that safetensors can hold. */
export function isStoredType(type: string): type is StoredType {
  return codeByType.has(type);
}

/** Bytes of a packed tensor; undefined when its bits do not fill whole bytes or its size is beyond 2^53. */
export function packedBytes(type: StoredType, shape: readonly number[]): number | undefined {
  const bytes = (shape.reduce((product, size) => product * size, 1) * bitsByType.get(type)!) / 8;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Whether two shapes are equal. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}
