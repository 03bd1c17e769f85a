/** @file Element types that programs of the survival tier are made of. */
import type { ScalarType } from "../../src/ir/types.js";

export const elements = [
  ...(["i1", "i2", "ui2", "i4", "ui4", "i8", "ui8", "i16", "ui16", "i32", "ui32", "i64", "ui64"] as const),
  ...(["f16", "bf16", "f32", "f64", "f8E5M2", "f8E4M3FN", "f8E4M3", "f8E3M4", "f8E4M3B11FNUZ"] as const),
  ...(["f8E5M2FNUZ", "f8E4M3FNUZ", "f8E8M0FNU", "f6E2M3FN", "f6E3M2FN", "f4E2M1FN"] as const),
  ...(["complex<f32>", "complex<f64>"] as const),
] as const satisfies readonly ScalarType[];

/** Those that more than arguments may have: the CPU's limits refuse nearly every operation on floats of six bits. */
export const computed = elements.filter((element) => !element.startsWith("f6"));
