/** @file The element types of tensors that buffers can hold, as StableHLO spells them: what interfaces, artifacts and plugins speak of. */

export const bufferElementTypes = [
  "i1",
  "i2",
  "i4",
  "i8",
  "i16",
  "i32",
  "i64",
  "ui2",
  "ui4",
  "ui8",
  "ui16",
  "ui32",
  "ui64",
  "f4E2M1FN",
  "f6E2M3FN",
  "f6E3M2FN",
  "f8E3M4",
  "f8E4M3",
  "f8E4M3B11FNUZ",
  "f8E4M3FN",
  "f8E4M3FNUZ",
  "f8E5M2",
  "f8E5M2FNUZ",
  "f8E8M0FNU",
  "bf16",
  "f16",
  "f32",
  "f64",
  "complex<f32>",
  "complex<f64>",
] as const;
export type BufferElementType = (typeof bufferElementTypes)[number];

/** Whether buffers can have elements of this type. */
export const isBufferElementType = (text: string): text is BufferElementType =>
  (bufferElementTypes as readonly string[]).includes(text);
