/** @file Element types: StableHLO's spelling, PJRT's number, and the bytes of one element in host memory. */
import {
  type BufferElementType,
  bufferElementTypes,
  isBufferElementType,
} from "../support/buffer-element-types.js";
import { suggestion } from "../support/suggest.js";
import { ELEMENT_TYPE_SINCE, PJRT_Buffer_Type } from "./abi/index.js";
import { ArgumentError } from "./errors.js";

type BufferTypeName = keyof typeof PJRT_Buffer_Type;

/** Spelling -> [PJRT name, bytes per element on the host]. Types below a byte take one byte each in host memory. */
const TABLE = {
  i1: ["PRED", 1],
  i2: ["S2", 1],
  i4: ["S4", 1],
  i8: ["S8", 1],
  i16: ["S16", 2],
  i32: ["S32", 4],
  i64: ["S64", 8],
  ui2: ["U2", 1],
  ui4: ["U4", 1],
  ui8: ["U8", 1],
  ui16: ["U16", 2],
  ui32: ["U32", 4],
  ui64: ["U64", 8],
  f4E2M1FN: ["F4E2M1FN", 1],
  f6E2M3FN: ["F6E2M3FN", 1],
  f6E3M2FN: ["F6E3M2FN", 1],
  f8E3M4: ["F8E3M4", 1],
  f8E4M3: ["F8E4M3", 1],
  f8E4M3B11FNUZ: ["F8E4M3B11FNUZ", 1],
  f8E4M3FN: ["F8E4M3FN", 1],
  f8E4M3FNUZ: ["F8E4M3FNUZ", 1],
  f8E5M2: ["F8E5M2", 1],
  f8E5M2FNUZ: ["F8E5M2FNUZ", 1],
  f8E8M0FNU: ["F8E8M0FNU", 1],
  bf16: ["BF16", 2],
  f16: ["F16", 2],
  f32: ["F32", 4],
  f64: ["F64", 8],
  "complex<f32>": ["C64", 8],
  "complex<f64>": ["C128", 16],
} as const satisfies Readonly<Record<BufferElementType, readonly [BufferTypeName, bytes: number]>>;

/** An element type as StableHLO spells it. */
export type ElementTypeName = BufferElementType;

/** All element types a buffer can have. */
export const ELEMENT_TYPES: readonly ElementTypeName[] = bufferElementTypes;

const BY_NUMBER = new Map<number, ElementTypeName>(
  ELEMENT_TYPES.map((name) => [PJRT_Buffer_Type[TABLE[name][0]], name]),
);

/** Whether a text names an element type. */
export const isElementType = isBufferElementType;

/** Bytes of one element in host memory. */
export function bytesPerElement(name: ElementTypeName): number {
  return TABLE[name][1];
}

/** Whether several elements share a byte on a device, though each has its own in host memory. */
export function isPacked(name: ElementTypeName): boolean {
  return /^(?:u?i[24]|f4)/.test(name);
}

/**
 * PJRT's number for an element type.
 * @param minor the plugin's API version: a type that the plugin does not know would abort the process
 * @throws ArgumentError for a name that is no element type, or is newer than the plugin
 */
export function elementTypeNumber(name: ElementTypeName, minor: number): number {
  if (!isElementType(name)) {
    throw new ArgumentError({
      message: `${String(name)} is not an element type`,
      hint: suggestion(String(name), ELEMENT_TYPES),
    });
  }
  const [pjrt] = TABLE[name];
  const since = (ELEMENT_TYPE_SINCE as Readonly<Record<string, number>>)[pjrt] ?? 0;
  if (since > minor) {
    throw new ArgumentError({
      message: `the plugin does not know the element type ${name}`,
      expected: `API 0.${since} or newer`,
      got: `API 0.${minor}`,
    });
  }
  return PJRT_Buffer_Type[pjrt];
}

/** The element type of a PJRT number; undefined for tokens and types that StableHLO cannot spell. */
export function elementTypeFromNumber(type: number): ElementTypeName | undefined {
  return BY_NUMBER.get(type);
}
