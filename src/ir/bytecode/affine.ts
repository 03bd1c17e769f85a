/**
 * @file Affine maps, sets of integers and strides of buffers: MLIR's own attributes, which no op here reads. They are kept as their text; MLIR
 * writes them by codes, which are read here.
 */
import { type Entity, type Field, type FieldInput, type FieldOutput, isA } from "./entity.js";
import { byteFlag, codecsOf, list, signed, varint } from "./fields.js";

/** A dimension or a symbol by its place, a constant, or an operator and its operands. */
type Expression =
  | readonly [kind: 0 | 1, index: number]
  | readonly [kind: 2, value: bigint]
  | readonly [kind: number, left: Expression, right: Expression];

const [DIMENSION, SYMBOL, CONSTANT] = [0, 1, 2];
/** By the kinds of expressions, from 3 on. */
const operators = ["+", "*", "mod", "floordiv", "ceildiv"] as const;
const firstOperator = 3;

/** No map of a program has more dimensions or symbols, nests deeper. */
const most = 256;

function readExpression(input: FieldInput, depth = 0): Expression {
  const { bytes } = input;
  if (depth > most) bytes.fail(`an affine expression nests more than ${most} deep`);
  const kind = bytes.varint();
  if (kind === DIMENSION || kind === SYMBOL) return [kind as 0 | 1, bytes.varint()];
  if (kind === CONSTANT) return [CONSTANT as 2, bytes.wideSignedVarint()];
  if (operators[kind - firstOperator] === undefined)
    bytes.fail(`an affine expression cannot be of kind ${kind}`);
  return [kind, readExpression(input, depth + 1), readExpression(input, depth + 1)];
}

function writeExpression(output: FieldOutput, [kind, left, right]: Expression): void {
  output.bytes.varint(kind);
  if (typeof left === "number") output.bytes.varint(left);
  else if (typeof left === "bigint") output.bytes.signedVarint(left);
  else for (const operand of [left, right!]) writeExpression(output, operand);
}

const expression: Field<Expression> = {
  read: (input) => readExpression(input),
  write: (output, value) => {
    writeExpression(output, value);
  },
};

/** A map of its dimensions: all in order, all in another order, some of them, or expressions. */
type AffineMap =
  | readonly [dimensions: number, form: 0]
  | readonly [dimensions: number, form: 1 | 2, results: readonly number[]]
  | readonly [dimensions: number, form: 3, symbols: number, results: readonly Expression[]];

const [IDENTITY, PERMUTATION, PROJECTION] = [0, 1, 2];

/** A number of dimensions or symbols. */
function readCount({ bytes }: FieldInput): number {
  const count = bytes.varint();
  return count <= most ? count : bytes.fail(`an affine map cannot have ${count} dimensions or symbols`);
}

const affineMap: Field<AffineMap> = {
  read(input, earlier) {
    const { bytes } = input;
    const head = bytes.varint();
    const [dimensions, form] = [Math.floor(head / 4), head % 4];
    if (dimensions > most) bytes.fail(`an affine map cannot have ${dimensions} dimensions`);
    if (form === IDENTITY) return [dimensions, 0];
    if (form === PERMUTATION)
      return [dimensions, 1, Array.from({ length: dimensions }, () => bytes.varint())];
    if (form === PROJECTION) return [dimensions, 2, list(varint).read(input, earlier)];
    return [dimensions, 3, readCount(input), list(expression).read(input, earlier)];
  },
  write(output, value, earlier) {
    const { bytes } = output;
    bytes.varint(value[0] * 4 + value[1]);
    if (value[1] === 1) for (const place of value[2]) bytes.varint(place);
    if (value[1] === 2) list(varint).write(output, value[2], earlier);
    if (value[1] !== 3) return;
    bytes.varint(value[2]);
    list(expression).write(output, value[3], earlier);
  },
};

/** Dimensions, symbols, expressions, and of each whether it is 0 or at least 0. */
type IntegerSet = readonly [
  dimensions: number,
  symbols: number,
  expressions: readonly Expression[],
  areEqual: readonly boolean[],
];

const integerSet: Field<IntegerSet> = {
  read(input, earlier) {
    const [dimensions, symbols] = [readCount(input), readCount(input)];
    const expressions = list(expression).read(input, earlier);
    return [dimensions, symbols, expressions, expressions.map(() => byteFlag.read(input, earlier))];
  },
  write(output, [dimensions, symbols, expressions, areEqual], earlier) {
    output.bytes.varint(dimensions);
    output.bytes.varint(symbols);
    list(expression).write(output, expressions, earlier);
    for (const isEqual of areEqual) byteFlag.write(output, isEqual, earlier);
  },
};

const attribute = codecsOf("builtin", "attribute");

export const affineAttributes = {
  map: attribute(23, "affine map", [affineMap]),
  set: attribute(24, "integer set", [integerSet]),
  /** The offset, and the stride of each dimension. */
  strided: attribute(25, "strided layout", [signed, list(signed)]),
} as const;

function expressionText([kind, left, right]: Expression): string {
  if (typeof left === "number") return `${kind === SYMBOL ? "s" : "d"}${left}`;
  if (typeof left === "bigint") return String(left);
  const operand = (of: Expression): string =>
    of[0] >= firstOperator ? `(${expressionText(of)})` : expressionText(of);
  return `${operand(left)} ${operators[kind - firstOperator]} ${operand(right!)}`;
}

const names = (letter: string, count: number): string =>
  Array.from({ length: count }, (_, i) => `${letter}${i}`).join(", ");

const space = (dimensions: number, symbols: number): string =>
  `(${names("d", dimensions)})${symbols === 0 ? "" : `[${names("s", symbols)}]`}`;

function mapText(map: AffineMap): string {
  const [dimensions, form] = map;
  if (form === 3)
    return `affine_map<${space(dimensions, map[2])} -> (${map[3].map(expressionText).join(", ")})>`;
  const results = form === 0 ? names("d", dimensions) : map[2].map((place) => `d${place}`).join(", ");
  return `affine_map<${space(dimensions, 0)} -> (${results})>`;
}

function setText([dimensions, symbols, expressions, areEqual]: IntegerSet): string {
  const constraints = expressions.map((each, i) => `${expressionText(each)} ${areEqual[i] ? "==" : ">="} 0`);
  return `affine_set<${space(dimensions, symbols)} : (${constraints.join(", ")})>`;
}

const unknown = -(2n ** 63n);
const size = (value: bigint): string => (value === unknown ? "?" : String(value));

/** The text of such an attribute, or undefined for another. */
export function affineText(entity: Entity): string | undefined {
  if (isA(entity, affineAttributes.map)) return mapText(entity.values[0]);
  if (isA(entity, affineAttributes.set)) return setText(entity.values[0]);
  if (!isA(entity, affineAttributes.strided)) return undefined;
  const [offset, strides] = entity.values;
  const tail = offset === 0n ? "" : `, offset: ${size(offset)}`;
  return `strided<[${strides.map(size).join(", ")}]${tail}>`;
}
