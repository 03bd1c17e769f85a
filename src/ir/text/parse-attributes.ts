/** @file Attributes. */
import type { Attribute, AttributeDictionary } from "../attribute.js";
import { isFloat, scalarType, type Type } from "../types.js";
import { type ParseContext, parseBigInt, parseString, parseSymbol, skipBrackets } from "./context.js";
import { floatFromBits, floatToBits } from "../floats/bits.js";
import { formatFloat } from "../floats/spelling.js";
import { parseDense } from "./parse-elements.js";
import { parseLocation } from "./parse-locations.js";
import { parseResource } from "./parse-resources.js";
import { parseShardyAttribute } from "./parse-sdy.js";
import { parseStablehloAttribute } from "./parse-structs.js";
import { parseType } from "./parse-types.js";
import { formatType } from "../types.js";

const i64 = scalarType("i64");
const f64 = scalarType("f64");

/** Any attribute. */
export function parseAttribute(context: ParseContext): Attribute {
  context.expand(1);
  return context.nested(parseBare);
}

function parseBare(context: ParseContext): Attribute {
  const { cursor } = context;
  switch (cursor.kind) {
    case "integer":
    case "float":
    case "-":
      return parseNumber(context);
    case "string":
      return parseStringAttribute(context);
    case "symbol":
      return { kind: "symbol", path: parseSymbolPath(context) };
    case "[":
      return { kind: "array", items: context.list("[", "]", () => parseAttribute(context)) };
    case "{":
      return { kind: "dictionary", entries: toDictionary(parseEntries(context)) };
    case "attribute":
      return parseDialectAttribute(context);
    case "type":
    case "(":
      return { kind: "type", type: parseType(context) };
    case "name":
      return parseKeyword(context);
    default:
      return cursor.failExpected("an attribute");
  }
}

function parseKeyword(context: ParseContext): Attribute {
  const { cursor } = context;
  if (cursor.acceptWord("true")) return { kind: "bool", value: true };
  if (cursor.acceptWord("false")) return { kind: "bool", value: false };
  if (cursor.acceptWord("unit")) return { kind: "unit" };
  if (cursor.isWord("dense")) return parseDense(context);
  if (cursor.isWord("array")) return parseDenseArray(context);
  if (cursor.isWord("dense_resource")) return parseResource(context);
  if (cursor.isWord("loc")) return { kind: "location", location: parseLocation(context) };
  if (cursor.isWord("affine_map") || cursor.isWord("affine_set")) return parseAffine(context);
  if (/^(?:sparse|strided|distinct)$/.test(cursor.spelling)) return parseOpaque(context);
  return { kind: "type", type: parseType(context) };
}

/** `affine_map<..>` and `affine_set<..>`, kept as text; their arrows and comparisons close no bracket. */
function parseAffine({ cursor }: ParseContext): Attribute {
  const { start, end } = cursor;
  const body = /<(?:->|>=|[^<>])*>/y;
  body.lastIndex = end;
  const text = body.exec(cursor.text)?.[0];
  if (text === undefined) return cursor.fail("the bracket is not closed", end);
  cursor.continueAt(end + text.length);
  return { kind: "opaque", text: cursor.text.slice(start, end + text.length) };
}

/** `strided<..>`, `distinct[..]<..>` and `sparse<..> : T`, kept as text. */
function parseOpaque(context: ParseContext): Attribute {
  const { cursor } = context;
  const { start, spelling } = cursor;
  cursor.advance();
  while (cursor.kind === "[" || cursor.kind === "<") cursor.continueAt(skipBrackets(context, cursor.start));
  if (spelling === "sparse") {
    cursor.expect(":");
    parseType(context);
  }
  return { kind: "opaque", text: cursor.text.slice(start, cursor.start).trimEnd() };
}

/** `"text"`; one with a type is kept as its text. */
function parseStringAttribute(context: ParseContext): Attribute {
  const { cursor } = context;
  const { start } = cursor;
  const value = parseString(context);
  if (!cursor.accept(":")) return { kind: "string", value };
  parseType(context);
  return { kind: "opaque", text: cursor.text.slice(start, cursor.start).trimEnd() };
}

function parseSymbolPath(context: ParseContext): string[] {
  const path = [parseSymbol(context)];
  while (context.cursor.accept("::")) path.push(parseSymbol(context));
  return path;
}

/** A named attribute as written. */
export interface Entry {
  readonly name: string;
  readonly attribute: Attribute;
  /** Offset of its name. */
  readonly at: number;
}

/** `{a = 1 : i64, flag, "odd name" = 2 : i64}`. */
export function parseEntries(context: ParseContext): Entry[] {
  const { cursor } = context;
  const seen = new Set<string>();
  return context.list("{", "}", () => {
    const at = cursor.start;
    const name = cursor.kind === "string" ? parseString(context) : cursor.expect("name", "of an attribute");
    if (seen.has(name)) cursor.fail(`attribute ${name} is given twice`, at);
    seen.add(name);
    const attribute: Attribute = cursor.accept("=") ? parseAttribute(context) : { kind: "unit" };
    return { name, attribute, at };
  });
}

export const toDictionary = (entries: readonly Entry[]): AttributeDictionary =>
  new Map(entries.map(({ name, attribute }) => [name, attribute]));

/** `array<i64: 1, 2>`. */
function parseDenseArray(context: ParseContext): Attribute {
  const { cursor } = context;
  cursor.expectWord("array");
  cursor.expect("<");
  const at = cursor.start;
  const type = parseType(context);
  const element = formatType(type);
  const items: (bigint | number)[] = [];
  if (cursor.accept(":")) {
    do items.push(parseArrayItem(context, type));
    while (cursor.accept(","));
  }
  cursor.expect(">");
  if (!/^(?:i1|i8|i16|i32|i64|f32|f64)$/.test(element))
    cursor.fail(`an array cannot hold ${element}; it can hold i1, i8, i16, i32, i64, f32 and f64`, at);
  return { kind: "denseArray", element, items };
}

function parseArrayItem(context: ParseContext, type: Type): bigint | number {
  const { cursor } = context;
  if (type.kind !== "scalar") return cursor.fail("an array holds numbers");
  if (type.element === "i1" && cursor.kind === "name") {
    if (cursor.acceptWord("true")) return 1n;
    cursor.expectWord("false");
    return 0n;
  }
  const number = parseTypedNumber(context, () => type);
  if (number.kind === "bool") return number.value ? 1n : 0n;
  if (number.kind === "opaque") return cursor.fail("an array holds numbers");
  return number.kind === "float" ? (number.bits ?? number.value) : number.value;
}

type NumberAttribute = Extract<Attribute, { kind: "integer" | "float" | "bool" | "opaque" }>;

/** A number and its type, `i64` or `f64` when it has none. */
const parseNumber = (context: ParseContext): Attribute =>
  parseTypedNumber(context, (isFloatLiteral) => {
    if (context.cursor.accept(":")) return parseType(context);
    return isFloatLiteral ? f64 : i64;
  });

function parseTypedNumber(context: ParseContext, typeOf: (isFloatLiteral: boolean) => Type): NumberAttribute {
  const { cursor } = context;
  const at = cursor.start;
  const negative = cursor.accept("-");
  const literal = cursor.spelling;
  const isFloatLiteral = cursor.kind === "float";
  if (!isFloatLiteral && cursor.kind !== "integer") cursor.failExpected("a number");
  cursor.advance();
  const type = typeOf(isFloatLiteral);
  if (type.kind === "scalar" && isFloat(type.element)) {
    if (isFloatLiteral) {
      const value = floatFromBits(
        type.element,
        floatToBits(type.element, (negative ? -1 : 1) * Number(literal)),
      );
      return { kind: "float", value, type };
    }
    if (negative || !literal.startsWith("0x"))
      cursor.fail(`${formatType(type)} needs a float such as 1.0, or the bits of one`, at);
    const bits = BigInt(literal);
    if (bits >> BigInt(Number(/\d+/.exec(type.element)![0])) !== 0n)
      cursor.fail(`${literal} has more bits than ${formatType(type)}`, at);
    const value = floatFromBits(type.element, bits);
    return { kind: "float", value, type, ...(Number.isNaN(value) ? { bits } : {}) };
  }
  if (type.kind === "opaque" && (type.text === "f80" || type.text === "f128"))
    return parseWideFloat(context, { negative, literal, isFloatLiteral, at }, type.text);
  if (isFloatLiteral) cursor.fail(`a float cannot be of type ${formatType(type)}`, at);
  const value = fitInteger(negative ? -BigInt(literal) : BigInt(literal), formatType(type));
  if (value === undefined)
    return cursor.fail(`${negative ? "-" : ""}${literal} is no ${formatType(type)}`, at);
  return formatType(type) === "i1" ? { kind: "bool", value: value !== 0n } : { kind: "integer", value, type };
}

interface NumberLiteral {
  readonly negative: boolean;
  readonly literal: string;
  readonly isFloatLiteral: boolean;
  readonly at: number;
}

/** A number of a type that is wider than JavaScript's numbers, kept as its text; MLIR reads its decimals as those of an f64, too. */
function parseWideFloat(
  { cursor }: ParseContext,
  { negative, literal, isFloatLiteral, at }: NumberLiteral,
  type: "f80" | "f128",
): NumberAttribute {
  if (isFloatLiteral) {
    const value = (negative ? -1 : 1) * Number(literal);
    if (!Number.isFinite(value)) cursor.fail(`${literal} is too large for a float`, at);
    return { kind: "opaque", text: `${formatFloat(value, "f64")} : ${type}` };
  }
  if (negative || !literal.startsWith("0x"))
    cursor.fail(`${type} needs a float such as 1.0, or the bits of one`, at);
  if (BigInt(literal) >> BigInt(type.slice(1)) !== 0n)
    cursor.fail(`${literal} has more bits than ${type}`, at);
  return { kind: "opaque", text: `${literal} : ${type}` };
}

/** An integer as its type reads it (signless types are signed), or undefined when it does not fit. */
export function fitInteger(value: bigint, type: string): bigint | undefined {
  const [, sign, digits] = /^(?:index|([su]?)i(\d+))$/.exec(type) ?? [undefined, undefined, undefined];
  if (type !== "index" && digits === undefined) return undefined;
  const width = digits === undefined ? 64n : BigInt(digits);
  const half = 1n << (width - 1n);
  if (value < (sign === "u" ? 0n : -half)) return undefined;
  const signed = sign === "s" || type === "index";
  if (value >= (signed ? half : 2n * half)) return undefined;
  return sign !== "u" && value >= half ? value - 2n * half : value;
}

function parseDialectAttribute(context: ParseContext): Attribute {
  const { cursor } = context;
  const { spelling, start, end } = cursor;
  const known = parseStablehloAttribute(context);
  if (known !== undefined) return known;
  const shardy = parseShardyAttribute(context);
  if (shardy !== undefined) return { kind: "sdy", value: shardy };
  const opens = cursor.text[end] === "<";
  if (!spelling.includes(".") && !opens) return parseAlias(context);
  const bodyEnd = opens ? skipBrackets(context, end) : end;
  cursor.continueAt(bodyEnd);
  return { kind: "opaque", text: cursor.text.slice(start, bodyEnd) };
}

function parseAlias(context: ParseContext): Attribute {
  const { cursor } = context;
  const { spelling } = cursor;
  const alias = context.attributeAliases.get(spelling);
  if (alias !== undefined) {
    context.expand(alias.size);
    cursor.advance();
    return alias.value;
  }
  const location = context.locationAliases.get(spelling);
  if (location === undefined) return cursor.fail(`the attribute alias ${spelling} is not defined`);
  cursor.advance();
  return { kind: "location", location };
}

/** An integer without type, as an attribute of `type`. @throws ParseError when it does not fit */
export function parseUntypedInteger(context: ParseContext, type: Type): Attribute {
  const { start } = context.cursor;
  const value = parseBigInt(context);
  const fits = fitInteger(value, formatType(type)) === value;
  return fits
    ? { kind: "integer", value, type }
    : context.cursor.fail(`${value} is no ${formatType(type)}`, start);
}

/** An integer attribute of type i64, as fields of structs hold them. */
export const parseIntegerField = (context: ParseContext): Attribute => parseUntypedInteger(context, i64);
