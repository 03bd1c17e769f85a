/** @file Types. */
import {
  bitWidth,
  bufferType,
  DYNAMIC,
  type ElementType,
  type FunctionType,
  type IntegerType,
  formatElement,
  formatType,
  functionType,
  futureType,
  isFloat,
  isInteger,
  isScalarType,
  noneType,
  opaqueType,
  type QuantizedType,
  quantizedType,
  scalarType,
  type TensorType,
  type Type,
  tensorType,
  tokenType,
  tupleType,
  unrankedType,
} from "../types.js";
import { formatAttribute } from "./print-attributes.js";
import { parseAttribute } from "./parse-attributes.js";
import { type ParseContext, parseInteger, skipBrackets } from "./context.js";

/** Text of one type may not be longer: aliases could double it at every step. */
const longestType = 100_000;
const highestRank = 64;

/** Any type. */
export function parseType(context: ParseContext): Type {
  const { cursor } = context;
  switch (cursor.kind) {
    case "name":
      return parseNamed(context);
    case "type":
      return parseDialectType(context);
    case "(":
      return parseFunctionType(context);
    default:
      return cursor.failExpected("a type");
  }
}

function parseNamed(context: ParseContext): Type {
  const { cursor } = context;
  if (cursor.isWord("tensor") || cursor.isWord("memref")) return parseShaped(context);
  if (cursor.isWord("tuple")) {
    cursor.advance();
    return composed(context, tupleType(typeList(context)));
  }
  if (cursor.acceptWord("none")) return noneType;
  if (cursor.isWord("complex")) return scalarType(parseComplex(context));
  const { spelling, start } = cursor;
  if (isScalarType(spelling)) {
    cursor.advance();
    return scalarType(spelling);
  }
  if (spelling === "vector") {
    const end = skipBrackets(context, start + spelling.length);
    cursor.continueAt(end);
    return opaqueType(cursor.text.slice(start, end));
  }
  // Integers of other widths appear in attributes alone.
  if (!/^(?:[su]?i[1-9][0-9]{0,4}|f80|f128)$/.test(spelling)) cursor.failExpected("a type");
  cursor.advance();
  return opaqueType(spelling);
}

/** `<A, B>`. */
const typeList = (context: ParseContext): Type[] => context.list("<", ">", () => context.nested(parseType));

/** Refuses types whose text has grown beyond reason. */
function composed<T extends Type>(context: ParseContext, type: T): T {
  if (formatType(type).length > longestType) context.cursor.fail("the type is too large");
  return type;
}

/** The two sides of a function type. */
export interface Signature {
  readonly inputs: readonly Type[];
  readonly results: readonly Type[];
}

/** `(A, B) -> C` or `(A) -> (B, C)`, as the type of an operation: a type object is made of it nowhere. */
export function parseSignature(context: ParseContext): Signature {
  const inputs = parseTypeTuple(context);
  context.cursor.expect("->");
  return { inputs, results: parseResultTypes(context) };
}

function parseFunctionType(context: ParseContext): FunctionType {
  const { inputs, results } = parseSignature(context);
  return composed(context, functionType(inputs, results));
}

const parseTypeTuple = (context: ParseContext): Type[] =>
  context.list("(", ")", () => context.nested(parseType));

/** One type, or several in parentheses. */
export const parseResultTypes = (context: ParseContext): Type[] =>
  context.cursor.kind === "(" ? parseTypeTuple(context) : [context.nested(parseType)];

function parseDialectType(context: ParseContext): Type {
  const { cursor } = context;
  const { spelling, start, end } = cursor;
  if (spelling === "!stablehlo.token") {
    cursor.advance();
    return tokenType;
  }
  if (spelling === "!stablehlo.future") {
    cursor.advance();
    return composed(context, futureType(typeList(context)));
  }
  if (spelling === "!quant.uniform") return scalarType(parseQuantized(context));
  if (!spelling.includes(".")) {
    const alias = context.typeAliases.get(spelling);
    if (alias === undefined) return cursor.fail(`the type alias ${spelling} is not defined`);
    cursor.advance();
    return alias;
  }
  const bodyEnd = cursor.text[end] === "<" ? skipBrackets(context, end) : end;
  cursor.continueAt(bodyEnd);
  return opaqueType(cursor.text.slice(start, bodyEnd));
}

function parseComplex(context: ParseContext): ElementType {
  const { cursor } = context;
  const { start } = cursor;
  cursor.expectWord("complex");
  cursor.expect("<");
  const element = `complex<${cursor.expect("name")}>`;
  cursor.expect(">");
  return isScalarType(element) ? element : cursor.fail(`${element} is no element type`, start);
}

/**
 * End of a tensor type that holds no nested brackets but `complex<f32>`, or -1 when it must be read with
 * care.
 */
function endOfPlainTensor(text: string, open: number): number {
  let depth = 0;
  for (let at = open; ; at++) {
    const code = text.charCodeAt(at);
    if (code === 60) depth++;
    else if (code === 62 && --depth === 0) return at + 1;
    // Strings, comments, arrows, aliases and line ends.
    else if (Number.isNaN(code) || code === 34 || code === 47 || code === 45 || code === 33 || code === 10)
      return -1;
  }
}

function parseShaped(context: ParseContext): Type {
  const { cursor } = context;
  const { text, start } = cursor;
  const plainEnd = endOfPlainTensor(text, cursor.end);
  const spelling = plainEnd === -1 ? undefined : text.slice(start, plainEnd);
  const known = spelling === undefined ? undefined : context.tensorTypes.get(spelling);
  if (known !== undefined) {
    cursor.continueAt(plainEnd);
    return known;
  }
  const type = context.nested(parseShapedSlowly);
  if (spelling !== undefined) context.tensorTypes.set(spelling, type);
  return type;
}

/** Reads `2x?x` from raw text, because `0x3xf32` is no hexadecimal number; undefined for `*x`. */
function parseShape(context: ParseContext): number[] | undefined {
  const { cursor } = context;
  const { text } = cursor;
  const blanks = /[ \t\r\n]*/y;
  const skip = (at: number): number => {
    blanks.lastIndex = at;
    return at + blanks.exec(text)![0].length;
  };
  const shape: number[] = [];
  let at = skip(cursor.end);
  if (text[at] === "*") {
    at = skip(at + 1);
    if (text[at] !== "x") cursor.fail('expected "x" after "*"', at);
    cursor.continueAt(at + 1);
    return undefined;
  }
  const size = /[0-9]+|\?/y;
  for (;;) {
    size.lastIndex = at;
    const match = size.exec(text)?.[0];
    if (match === undefined) break;
    const value = match === "?" ? DYNAMIC : Number(match);
    if (!Number.isSafeInteger(value)) cursor.fail("the size is too large", at);
    if (shape.push(value) > highestRank) cursor.fail(`more than ${highestRank} dimensions`, at);
    at = skip(at + match.length);
    if (text[at] !== "x") cursor.fail('expected "x" after the size of a dimension', at);
    at = skip(at + 1);
  }
  cursor.continueAt(at);
  return shape;
}

function parseShapedSlowly(context: ParseContext): Type {
  const { cursor } = context;
  const { start } = cursor;
  const keyword = cursor.expect("name");
  if (cursor.kind !== "<") cursor.failExpected('"<"');
  const shape = parseShape(context);
  const element = parseElementType(context);
  if (cursor.kind === ",")
    return parseEncoded(context, start, keyword === "tensor" ? shape : undefined, element);
  cursor.expect(">", "after the element type");
  if (shape === undefined)
    return keyword === "tensor" ? unrankedType(element) : opaqueType(`memref<*x${formatElement(element)}>`);
  return keyword === "memref" ? bufferType(shape, element) : tensorType(shape, element);
}

/** The scalar or quantised type at the cursor. */
export function parseElementType(context: ParseContext): ElementType {
  const { cursor } = context;
  const { start } = cursor;
  const type = context.nested(parseType);
  if (type.kind === "scalar") return type.element;
  return cursor.fail(`${formatType(type)} is no element type`, start);
}

/**
 * A shaped type with an encoding: bounds of a tensor are read, anything else stays text, with its aliases
 * expanded.
 */
function parseEncoded(
  context: ParseContext,
  start: number,
  shape: readonly number[] | undefined,
  element: ElementType,
): Type {
  const { cursor } = context;
  const plain = cursor.text.slice(start, cursor.start).trimEnd();
  const parts: string[] = [plain];
  while (cursor.accept(",")) {
    const at = cursor.start;
    const text = formatAttribute(parseAttribute(context));
    const bounds = shape === undefined ? undefined : readBounds(context, text, at);
    if (bounds !== undefined) return boundedTensor(context, shape!, element, bounds, at);
    parts.push(text);
  }
  cursor.expect(">", "after the element type");
  return composed(context, opaqueType(`${parts.join(", ")}>`));
}

/** The sizes in `#stablehlo.bounds<?, 4>`; undefined for another encoding. */
function readBounds({ cursor }: ParseContext, text: string, at: number): readonly number[] | undefined {
  const list =
    /^#(?:stablehlo|mhlo)\.(?:bounds<([^<>]*)>|type_extensions<\s*bounds\s*=\s*\[([^<>]*)\]\s*>)$/.exec(text);
  if (list === null) return undefined;
  const bounds = (list[1] ?? list[2]!).split(",").map((item) => item.trim());
  if (!bounds.every((item) => /^(?:\?|[0-9]+)$/.test(item)))
    return cursor.fail(`bounds must be sizes or "?", got ${text}`, at);
  const sizes = bounds.map((item) => (item === "?" ? DYNAMIC : Number(item)));
  return sizes.every(Number.isSafeInteger) ? sizes : cursor.fail("the bound is too large", at);
}

function boundedTensor(
  { cursor }: ParseContext,
  shape: readonly number[],
  element: ElementType,
  bounds: readonly number[],
  start: number,
): TensorType {
  cursor.expect(">", "after the bounds");
  if (bounds.length !== shape.length)
    cursor.fail(`${bounds.length} bounds are given for ${shape.length} dimensions`, start);
  const fixed = bounds.findIndex((bound, i) => bound !== DYNAMIC && shape[i] !== DYNAMIC);
  if (fixed !== -1) cursor.fail(`dimension ${fixed} has a size and needs no bound`, start);
  return tensorType(shape, element, bounds);
}

/** `!quant.uniform<i8<-127:127>:f32:0, {0.1:1, 0.2}>`. */
function parseQuantized(context: ParseContext): QuantizedType {
  const { cursor } = context;
  const { start } = cursor;
  cursor.advance();
  cursor.expect("<");
  const spelling = cursor.expect("name");
  const storage = spelling.replace(/^u(?!i)/, "ui");
  if (!isScalarType(storage) || !isInteger(storage) || bitWidth(storage) > 32)
    return cursor.fail(`${storage} cannot store numbers`, start);
  const range = cursor.kind === "<" ? parseStorageRange(context, storage) : undefined;
  cursor.expect(":");
  const expressed = cursor.expect("name");
  if (!isScalarType(expressed) || !isFloat(expressed))
    return cursor.fail(`${expressed} is no float type`, start);
  const axis = cursor.accept(":") ? parseInteger(context) : undefined;
  cursor.expect(",");
  const steps = axis === undefined ? [parseStep(context)] : context.list("{", "}", () => parseStep(context));
  cursor.expect(">");
  return quantizedType({
    storage,
    ...(spelling.startsWith("ui") ? { unsignedStorage: true } : {}),
    expressed,
    ...(axis === undefined ? {} : { axis }),
    scales: steps.map(({ scale }) => scale),
    zeroPoints: steps.map(({ zeroPoint }) => zeroPoint),
    ...(range ?? {}),
  });
}

/** `<-127:127>`; nothing when it is the whole range of the storage. */
function parseStorageRange(
  context: ParseContext,
  storage: IntegerType,
): { readonly storageMin: number; readonly storageMax: number } | undefined {
  const { cursor } = context;
  cursor.expect("<");
  const storageMin = parseInteger(context);
  cursor.expect(":");
  const storageMax = parseInteger(context);
  cursor.expect(">");
  const width = bitWidth(storage);
  const [lowest, highest] = storage.startsWith("ui")
    ? [0, 2 ** width - 1]
    : [-(2 ** (width - 1)), 2 ** (width - 1) - 1];
  return storageMin === lowest && storageMax === highest ? undefined : { storageMin, storageMax };
}

function parseStep(context: ParseContext): { readonly scale: number; readonly zeroPoint: number } {
  const { cursor } = context;
  const sign = cursor.accept("-") ? -1 : 1;
  const scale = sign * Number(cursor.expect("float", "as the scale"));
  return { scale, zeroPoint: cursor.accept(":") ? parseInteger(context) : 0 };
}
