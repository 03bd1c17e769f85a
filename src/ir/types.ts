/** @file The types of values. Types are frozen and interned: two types are equal exactly when they are `===`. */
import { floatBits, type FloatType, floatTypes, isFloatType } from "./floats/formats.js";
import { formatNatural } from "./floats/spelling.js";
import { InternalError } from "../support/errors.js";

const integerWidths = [2, 4, 8, 16, 32, 64] as const;
type IntegerWidth = (typeof integerWidths)[number];

export { type FloatType, floatTypes } from "./floats/formats.js";

export type IntegerType = `i${IntegerWidth}` | `ui${IntegerWidth}`;
/** MLIR's signed integers, which values of no StableHLO op are of: its integers are signless and read as signed, or unsigned. */
export type SignedType = `si${IntegerWidth}`;
export type ComplexType = "complex<f32>" | "complex<f64>";

/** A scalar element type by its StableHLO spelling; `i1` is the predicate, `index` appears in shape operands only. */
export type ScalarType = "i1" | IntegerType | SignedType | FloatType | ComplexType | "index";

/** `!quant.uniform<storage:expressed, scale:zeroPoint>`; per axis when `axis` is given. */
export interface QuantizedType {
  readonly kind: "quantized";
  readonly storage: IntegerType;
  readonly expressed: FloatType;
  readonly axis?: number;
  readonly scales: readonly number[];
  readonly zeroPoints: readonly number[];
  /** Whether the storage is MLIR's unsigned integer type (`ui8`), and not a signless one that is read unsigned (`u8`): other types to it. */
  readonly unsignedStorage?: true;
  /** Narrowed storage range; absent means the whole range of `storage`. */
  readonly storageMin?: number;
  readonly storageMax?: number;
}

export type ElementType = ScalarType | QuantizedType;

/** The size of a dimension that is not known: `?` in text. */
export const DYNAMIC = -1;

/** `tensor<2x?xf32>`; `bounds` is `#stablehlo.bounds<..>` with `DYNAMIC` for "no bound". */
export interface TensorType {
  readonly kind: "tensor";
  readonly shape: readonly number[];
  readonly element: ElementType;
  readonly bounds?: readonly number[];
}

/** `memref<2xf32>`, a buffer of the async and custom-call forms. */
export interface BufferType {
  readonly kind: "buffer";
  readonly shape: readonly number[];
  readonly element: ElementType;
}

export interface UnrankedTensorType {
  readonly kind: "unranked";
  readonly element: ElementType;
}

export interface FunctionType {
  readonly kind: "function";
  readonly inputs: readonly Type[];
  readonly results: readonly Type[];
}

export interface TupleType {
  readonly kind: "tuple";
  readonly elements: readonly Type[];
}

export interface FutureType {
  readonly kind: "future";
  readonly elements: readonly Type[];
}

export interface TokenType {
  readonly kind: "token";
}

export interface NoneType {
  readonly kind: "none";
}

/** A bare `f32` or `i64`: the type of an attribute, never of a StableHLO value. */
export interface ScalarValueType {
  readonly kind: "scalar";
  readonly element: ElementType;
}

/** A type of a dialect we do not model, kept as its text (with the leading `!`). */
export interface OpaqueType {
  readonly kind: "opaque";
  readonly text: string;
}

export type Type =
  | TensorType
  | BufferType
  | UnrankedTensorType
  | FunctionType
  | TupleType
  | FutureType
  | TokenType
  | NoneType
  | ScalarValueType
  | OpaqueType;

const interned = new Map<string, unknown>();

function intern<T extends object>(key: string, make: () => T): T {
  const known = interned.get(key);
  if (known !== undefined) return known as T;
  const fresh = Object.freeze(make());
  interned.set(key, fresh);
  return fresh;
}

const formatDimensions = (shape: readonly number[]): string =>
  shape.map((size) => `${size === DYNAMIC ? "?" : size}x`).join("");

function formatQuantized(type: QuantizedType): string {
  const storage = type.unsignedStorage ? type.storage : type.storage.replace(/^ui/, "u");
  const range = type.storageMin === undefined ? "" : `<${type.storageMin}:${type.storageMax}>`;
  const params = type.scales.map((scale, i) => {
    const zero = type.zeroPoints[i]!;
    return zero === 0 ? formatNatural(scale) : `${formatNatural(scale)}:${zero}`;
  });
  const axis = type.axis === undefined ? "" : `:${type.axis}`;
  const list = type.axis === undefined ? params.join("") : `{${params.join(",")}}`;
  return `!quant.uniform<${storage}${range}:${type.expressed}${axis}, ${list}>`;
}

/** An element type as MLIR writes it. */
export function formatElement(element: ElementType): string {
  return typeof element === "string" ? element : formatQuantized(element);
}

const formatted = new WeakMap<Type, string>();

function render(type: Type): string {
  switch (type.kind) {
    case "tensor": {
      const bounds = type.bounds?.map((b) => (b === DYNAMIC ? "?" : b)).join(", ");
      const encoding = bounds === undefined ? "" : `, #stablehlo.bounds<${bounds}>`;
      return `tensor<${formatDimensions(type.shape)}${formatElement(type.element)}${encoding}>`;
    }
    case "buffer":
      return `memref<${formatDimensions(type.shape)}${formatElement(type.element)}>`;
    case "unranked":
      return `tensor<*x${formatElement(type.element)}>`;
    case "function":
      return formatFunctionType(type.inputs, type.results);
    case "tuple":
      return `tuple<${type.elements.map(formatType).join(", ")}>`;
    case "future":
      return `!stablehlo.future<${type.elements.map(formatType).join(", ")}>`;
    case "token":
      return "!stablehlo.token";
    case "none":
      return "none";
    case "scalar":
      return formatElement(type.element);
    case "opaque":
      return type.text;
  }
}

/** A type as MLIR writes it, e.g. `tensor<2x3xf32>`. */
export function formatType(type: Type): string {
  let text = formatted.get(type);
  if (text === undefined) {
    text = render(type);
    formatted.set(type, text);
  }
  return text;
}

/** `(A, B) -> C`; several results, none, or one function in parentheses. */
export function formatFunctionType(inputs: readonly Type[], results: readonly Type[]): string {
  const single = results.length === 1 && results[0]!.kind !== "function";
  const right = results.map(formatType).join(", ");
  return `(${inputs.map(formatType).join(", ")}) -> ${single ? right : `(${right})`}`;
}

/** A quantised element type, interned. */
export function quantizedType(fields: Omit<QuantizedType, "kind">): QuantizedType {
  const type: QuantizedType = { kind: "quantized", ...fields };
  return intern(`quantized:${formatQuantized(type)}`, () => type);
}

/** `tensor<shape x element>`; sizes are elements, `DYNAMIC` for unknown ones. */
export function tensorType(
  shape: readonly number[],
  element: ElementType,
  bounds?: readonly number[],
): TensorType {
  // Interned: what reads like another shape would stand for it from then on.
  if (!shape.every(Number.isInteger))
    throw new InternalError(`no sizes of a tensor: [${shape.map(String).join(", ")}]`);
  const key = `${shape.join("x")}:${formatElement(element)}:${bounds?.join(",") ?? ""}`;
  return intern(`tensor:${key}`, () => ({
    kind: "tensor",
    shape: Object.freeze([...shape]),
    element,
    ...(bounds === undefined ? {} : { bounds: Object.freeze([...bounds]) }),
  }));
}

const internByText = <T extends Type>(type: T): T => intern(`${type.kind}:${render(type)}`, () => type);

export const bufferType = (shape: readonly number[], element: ElementType): BufferType =>
  internByText({ kind: "buffer", shape: Object.freeze([...shape]), element });
export const unrankedType = (element: ElementType): UnrankedTensorType =>
  internByText({ kind: "unranked", element });
export const functionType = (inputs: readonly Type[], results: readonly Type[]): FunctionType =>
  internByText({
    kind: "function",
    inputs: Object.freeze([...inputs]),
    results: Object.freeze([...results]),
  });
export const tupleType = (elements: readonly Type[]): TupleType =>
  internByText({ kind: "tuple", elements: Object.freeze([...elements]) });
export const futureType = (elements: readonly Type[]): FutureType =>
  internByText({ kind: "future", elements: Object.freeze([...elements]) });
export const scalarType = (element: ElementType): ScalarValueType =>
  internByText({ kind: "scalar", element });
export const opaqueType = (text: string): OpaqueType => internByText({ kind: "opaque", text });
export const tokenType: TokenType = internByText({ kind: "token" });
export const noneType: NoneType = internByText({ kind: "none" });

const scalars: ReadonlySet<string> = new Set<ScalarType>([
  "i1",
  "index",
  ...floatTypes,
  ...integerWidths.flatMap((width) => [`i${width}`, `si${width}`, `ui${width}`] as const),
  "complex<f32>",
  "complex<f64>",
]);

export const isScalarType = (text: string): text is ScalarType => scalars.has(text);
export const isFloat = (element: ElementType): element is FloatType =>
  typeof element === "string" && isFloatType(element);
export const isComplex = (element: ElementType): element is ComplexType =>
  typeof element === "string" && element.startsWith("complex");
export const isInteger = (element: ElementType): element is IntegerType =>
  typeof element === "string" && /^u?i\d/.test(element) && element !== "i1";
export const isSigned = (element: ElementType): element is SignedType =>
  typeof element === "string" && /^si\d/.test(element);
export const isQuantized = (element: ElementType): element is QuantizedType => typeof element !== "string";

/** Bits of one element as StableHLO counts them (a complex number is its two parts; `index` is 64). */
export function bitWidth(element: ElementType): number {
  if (isQuantized(element)) return bitWidth(element.storage);
  if (element === "index") return 64;
  if (element === "complex<f32>") return 64;
  if (element === "complex<f64>") return 128;
  if (isFloatType(element)) return floatBits(element);
  return Number(/\d+/.exec(element)![0]);
}

/** Bytes of one element in a host array: sub-byte elements take a byte each. */
export const byteWidth = (element: ElementType): number => Math.ceil(bitWidth(element) / 8);

/** Number of elements of a static shape. */
export const elementCount = (shape: readonly number[]): number =>
  shape.reduce((count, size) => count * size, 1);

export const isStatic = (type: { readonly shape: readonly number[] }): boolean =>
  !type.shape.includes(DYNAMIC);

/** Whether a size of a tensor is not known and has no bound, or not even the rank is known: no plugin compiles for such a type. */
export function isUnbounded(type: Type): boolean {
  if (type.kind === "unranked") return true;
  if (type.kind !== "tensor") return false;
  const { shape, bounds } = type;
  return shape.some((size, i) => size === DYNAMIC && (bounds?.[i] ?? DYNAMIC) === DYNAMIC);
}

/** The same shape with another element type. */
export const withElement = (type: TensorType, element: ElementType): TensorType =>
  tensorType(type.shape, element, type.bounds);

/** The tensor of a vector's shape and elements; undefined for another type, and for a vector of a shape that is not fixed. */
export function tensorOfVector(type: Type): TensorType | undefined {
  const [, sizes, element] =
    (type.kind === "opaque" && /^vector<((?:[0-9]+x)*)([^<>]+)>$/.exec(type.text)) || [];
  if (sizes === undefined || element === undefined || !isScalarType(element)) return undefined;
  return tensorType(sizes.split("x").slice(0, -1).map(Number), element);
}
