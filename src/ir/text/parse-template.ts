/** @file Reads the pretty form that a template describes. */
import type { Attribute } from "../attribute.js";
import { VerifyError } from "../errors.js";
import { unknownLocation } from "../location.js";
import type { Value } from "../operation.js";
import type { OpDefinition } from "../ops/define.js";
import type { AttributeKind } from "../ops/kinds.js";
import { shardyPrefix } from "../ops/shardy-kinds.js";
import type { ShardyAttribute } from "../sdy/attributes.js";
import { scalarType, type Type } from "../types.js";
import { inferResultTypes } from "../verify.js";
import { parseAnyIntegers, parseBool, parseString } from "./context.js";
import { Cursor } from "./cursor.js";
import { largeIntegerHint } from "./large-integers.js";
import { parseAttribute, parseUntypedInteger } from "./parse-attributes.js";
import { parseShardy } from "./parse-sdy.js";
import { parseSignature, parseType } from "./parse-types.js";
import { Source } from "./source.js";
import type { Piece, TailPiece, Template, TypeSlot } from "./template.js";
import type { FormParser, ParsedParts } from "./forms/form.js";

/** An attribute in the short form that pretty forms use, of the given kind. */
export function parseShort(input: FormParser, kind: AttributeKind): Attribute {
  const { cursor, context } = input;
  switch (kind.name) {
    case "i64":
    case "i32":
    case "ui32":
    case "ui64":
      return parseUntypedInteger(context, scalarType(kind.name));
    case "bool":
      return { kind: "bool", value: parseBool(context) };
    case "string":
      return { kind: "string", value: parseString(context) };
    case "i64[]":
      return { kind: "denseArray", element: "i64", items: parseAnyIntegers(context).map(BigInt) };
  }
  const shardy = kind.name.startsWith(shardyPrefix) ? kind.name.slice(shardyPrefix.length) : undefined;
  if (shardy !== undefined)
    return { kind: "sdy", value: parseShardy(context, shardy as ShardyAttribute["kind"]) };
  if (kind.name.endsWith("[]") && cursor.kind === "[") {
    const name = kind.name.slice(0, -2);
    const item = (): Attribute =>
      cursor.kind === "name" ? { ...enumOf(name), value: cursor.expect("name") } : parseAttribute(context);
    return { kind: "array", items: context.list("[", "]", item) };
  }
  // The words of enums are in capitals; other words start attributes such as dense<..>.
  if (cursor.kind === "name" && /^[A-Z]/.test(cursor.spelling)) {
    const word: Attribute = { ...enumOf(kind.name), value: cursor.spelling };
    if (kind.fromAttribute(word) === undefined) cursor.fail(`${cursor.spelling} is no ${kind.name}`);
    cursor.advance();
    return word;
  }
  return parseAttribute(context);
}

const enumOf = (name: string) => ({ kind: "enum", dialect: "stablehlo", name }) as const;

/** Tokens of a template's text. */
const literals = new Map<string, readonly string[]>();

function tokensOf(text: string): readonly string[] {
  const known = literals.get(text);
  if (known !== undefined) return known;
  const cursor = new Cursor(new Source(text, "template"));
  const tokens: string[] = [];
  for (; cursor.kind !== "end"; cursor.advance()) tokens.push(cursor.spelling);
  literals.set(text, tokens);
  return tokens;
}

/** Takes the text of a template; false, with nothing taken, when something else stands here. */
function acceptText({ cursor }: FormParser, text: string): boolean {
  const mark = cursor.mark();
  for (const token of tokensOf(text)) {
    if (cursor.spelling !== token) {
      cursor.return(mark);
      return false;
    }
    cursor.advance();
  }
  return true;
}

function expectText({ cursor }: FormParser, text: string): void {
  for (const token of tokensOf(text)) {
    if (cursor.spelling !== token) cursor.failExpected(`"${token}"`);
    cursor.advance();
  }
}

/** What the pieces of a template have read so far. */
interface Reading {
  readonly operands: Map<string, readonly Value[]>;
  readonly attributes: Record<string, unknown>;
}

function readPiece(input: FormParser, definition: OpDefinition, piece: Piece, reading: Reading): void {
  const { cursor } = input;
  switch (piece.kind) {
    case "text":
      expectText(input, piece.text);
      return;
    case "operands": {
      if (!piece.variadic) reading.operands.set(piece.name, [input.use()]);
      else if (!piece.comma) reading.operands.set(piece.name, input.uses());
      else if (cursor.kind === "," && cursor.following === "%") {
        cursor.advance();
        reading.operands.set(piece.name, input.uses());
      }
      return;
    }
    case "attribute": {
      const kind = definition.attributes[piece.name]!;
      const at = cursor.start;
      const attribute = piece.full ? parseAttribute(input.context) : parseShort(input, kind);
      const value = kind.fromAttribute(attribute);
      if (value === undefined)
        cursor.fail(`attribute ${piece.name} must be ${kind.name}`, at, largeIntegerHint(attribute));
      reading.attributes[piece.name] = value;
      return;
    }
    case "optional": {
      const [first, ...rest] = piece.pieces;
      if (first?.kind !== "text" || !acceptText(input, first.text)) return;
      for (const inner of rest) readPiece(input, definition, inner, reading);
    }
  }
}

/** Types read in the tail. */
interface TailTypes {
  operands?: readonly Type[];
  results?: readonly Type[];
}

function readTypes(input: FormParser): Type[] {
  const types: Type[] = [];
  do types.push(parseType(input.context));
  while (input.cursor.accept(","));
  return types;
}

function readSlot(input: FormParser, slot: TypeSlot, operands: readonly Value[]): TailTypes {
  const { context, cursor } = input;
  if (slot === "F" || (slot === "T" && cursor.kind === "(")) {
    const type = parseSignature(context);
    return { operands: type.inputs, results: type.results };
  }
  switch (slot) {
    case "T": {
      const type = parseType(context);
      return { operands: operands.map(() => type), results: [type] };
    }
    case "O":
      return { operands: readTypes(input), results: [] };
    case "R":
      return { results: readTypes(input) };
    case "O1": {
      const at = cursor.start;
      input.checkTypes(operands.slice(0, 1), [parseType(context)], at);
      return { results: [] };
    }
  }
}

function readTail(input: FormParser, tail: readonly TailPiece[], operands: readonly Value[]): TailTypes {
  const { cursor } = input;
  cursor.expect(":", "and a type");
  const at = cursor.start;
  const types: TailTypes = {};
  for (const piece of tail) {
    if (piece.kind === "text") expectText(input, piece.text);
    else Object.assign(types, readSlot(input, piece.slot, operands));
  }
  if (types.operands !== undefined) input.checkTypes(operands, types.operands, at);
  return types;
}

/** What follows the op's name. */
export function parseTemplate(input: FormParser, definition: OpDefinition, template: Template): ParsedParts {
  const { cursor } = input;
  const start = cursor.start;
  const reading: Reading = { operands: new Map(), attributes: {} };
  const entries = template.dictionaryFirst ? input.optionalEntries() : [];
  for (const piece of template.pieces) readPiece(input, definition, piece, reading);
  const operands = definition.operands.flatMap((operand) => reading.operands.get(operand.name) ?? []);
  const behind = template.dictionaryFirst ? [] : input.optionalEntries();
  const attributes = input.attributes(definition, [...entries, ...behind], reading.attributes);
  // Nothing is written for an empty list of types.
  const isEmpty = operands.length === 0 && cursor.kind !== ":" && template.tail.every(isOperandSlot);
  const results =
    template.tail.length === 0
      ? inferred(input, definition, { operands, ...attributes }, start)
      : isEmpty
        ? []
        : (readTail(input, template.tail, operands).results ?? []);
  return { operands, resultTypes: results, ...attributes };
}

const isOperandSlot = (piece: TailPiece): boolean => piece.kind === "types" && piece.slot === "O";

/** Result types of an op that writes none. */
function inferred(
  input: FormParser,
  { name }: OpDefinition,
  parts: ParsedParts,
  at: number,
): readonly Type[] {
  const { operands = [], attributes = {} } = parts;
  try {
    return inferResultTypes({
      name,
      declaration: input.context.ops.declarationOf(name),
      operands,
      attributes,
      regions: [],
      resultTypes: [],
      location: unknownLocation,
    });
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    return input.cursor.fail(error.details.message, at);
  }
}
