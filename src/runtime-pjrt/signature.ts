/** @file What a program takes and gives. The C API cannot tell parameter types, so a program comes with its signature. */
import { bytesPerElement, type ElementTypeName } from "./element-type.js";
import { ArgumentError } from "./errors.js";

/** A tensor's type. */
export interface TensorSpec {
  /** For messages. */
  readonly name?: string | undefined;
  readonly elementType: ElementTypeName;
  readonly dimensions: readonly number[];
  /** How the device arranges it, as XLA writes it: `{0,1}` is column-major. Default: as the client arranges such tensors. */
  readonly layout?: string | undefined;
}

/**
 * An argument; `donated` gives its memory to the program, which makes the buffer unusable afterwards. Its `layout` may be "auto", as
 * the program says it to the compiler; an executable's signature has the layout that was chosen.
 */
export interface ArgumentSpec extends TensorSpec {
  readonly donated?: boolean | undefined;
}

/** What `main` of a program takes and gives, in order. */
export interface Signature {
  readonly arguments: readonly ArgumentSpec[];
  readonly results: readonly TensorSpec[];
}

/** A tensor type as the IR prints it: `tensor<2x3xf32>`. */
export function formatType({
  elementType,
  dimensions,
}: Pick<TensorSpec, "elementType" | "dimensions">): string {
  return `tensor<${[...dimensions, elementType].join("x")}>`;
}

/** Number of elements; 1 for a scalar. */
export function elementCount(dimensions: readonly number[]): number {
  return dimensions.reduce((product, size) => product * size, 1);
}

/** Bytes of a dense tensor in host memory. */
export function hostBytes(spec: Pick<TensorSpec, "elementType" | "dimensions">): number {
  return elementCount(spec.dimensions) * bytesPerElement(spec.elementType);
}

/** Whether two tensor types are the same. */
export function sameType(a: TensorSpec, b: TensorSpec): boolean {
  if (a.elementType !== b.elementType || a.dimensions.length !== b.dimensions.length) return false;
  for (let i = 0; i < a.dimensions.length; i++) if (a.dimensions[i] !== b.dimensions[i]) return false;
  return true;
}

/** @throws ArgumentError for a dimension that is not a whole number from 0 up */
export function checkDimensions(dimensions: readonly number[]): void {
  const bad = dimensions.findIndex((size) => !Number.isSafeInteger(size) || size < 0);
  if (bad < 0) return;
  throw new ArgumentError({
    message: `dimension ${bad} of a tensor is wrong`,
    expected: "a whole number, 0 or more",
    got: String(dimensions[bad]),
  });
}

/** `argument 1 (weights)`, for messages. */
export function describePosition(
  role: "argument" | "result",
  index: number,
  spec: TensorSpec | undefined,
): string {
  return spec?.name === undefined ? `${role} ${index}` : `${role} ${index} (${spec.name})`;
}
