/** @file What callers of JavaScript give where types would have refused it: a plugin takes any pointer and any size, and crashes. */
import { shown } from "../support/given.js";
import { ArgumentError } from "./errors.js";
import type { Signature, TensorSpec } from "./signature.js";

/** @throws ArgumentError, unless `fits` */
export function expectArgument(
  fits: boolean,
  value: unknown,
  { of, expected }: { readonly of: string; readonly expected: string },
): void {
  if (!fits) throw new ArgumentError({ message: `${of} is of another kind`, expected, got: shown(value) });
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

const isSpec = (value: unknown): value is TensorSpec =>
  isObject(value) &&
  typeof value.elementType === "string" &&
  Array.isArray(value.dimensions) &&
  (value.layout === undefined || typeof value.layout === "string");

const SPEC = '{ elementType: "f32", dimensions: [2, 3] }';

/** @throws ArgumentError for what is no type of a tensor */
export const expectSpec = (of: string, spec: TensorSpec): void =>
  expectArgument(isSpec(spec), spec, { of, expected: SPEC });

/** @throws ArgumentError for what is no list of types of tensors */
export const expectSpecs = (of: string, specs: readonly TensorSpec[]): void =>
  expectArgument(Array.isArray(specs) && Array.from(specs).every(isSpec), specs, {
    of,
    expected: `a list, each ${SPEC}`,
  });

/** @throws ArgumentError for what does not say what a program takes and gives */
export function expectSignature(signature: Signature): void {
  const expected = "{ arguments: [...], results: [...] }, types of tensors each";
  expectArgument(isObject(signature), signature, { of: "the signature of a program", expected });
  expectSpecs("the arguments of a signature", signature.arguments);
  expectSpecs("the results of a signature", signature.results);
}

/** @throws ArgumentError for what is no array of bytes */
export const expectBytes = (of: string, bytes: Uint8Array): void =>
  expectArgument(bytes instanceof Uint8Array, bytes, { of, expected: "bytes (Uint8Array)" });

/** @throws ArgumentError for what is no view of an array of bytes or numbers */
export const expectView = (of: string, data: ArrayBufferView): void =>
  expectArgument(ArrayBuffer.isView(data), data, {
    of,
    expected: "numbers or bytes in a typed array, such as Float32Array",
  });

/** @throws ArgumentError for what is no number that 32 bits hold */
export const expectInt32 = (of: string, value: number): void =>
  expectArgument(typeof value === "number" && (value | 0) === value, value, {
    of,
    expected: "a whole number of 32 bits",
  });

/** @throws ArgumentError for what is no text */
export const expectString = (of: string, value: string): void =>
  expectArgument(typeof value === "string", value, { of, expected: "a text" });

/** @throws ArgumentError for what is no object with a method of this name */
export const expectMethod = (of: string, value: object, method: string, expected: string): void =>
  expectArgument(isObject(value) && typeof value[method] === "function", value, { of, expected });

/** @throws ArgumentError for what is no request to compile */
export function expectRequest(request: { readonly program: unknown; readonly signature: Signature }): void {
  const expected = "{ program: StableHLO as text or bytes, signature: {...} }";
  const isRequest =
    isObject(request) && (typeof request.program === "string" || request.program instanceof Uint8Array);
  expectArgument(isRequest, request, { of: "what is to be compiled", expected });
  expectSignature(request.signature);
}
