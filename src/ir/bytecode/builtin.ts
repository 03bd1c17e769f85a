/**
 * @file Attributes, locations and types of MLIR's builtin dialect, as far as artifacts
 * hold them.
 */
import {
  attribute as attributeField,
  blob,
  byteFlag,
  codecsOf,
  list,
  numberBits,
  pair,
  resource,
  string,
  type as typeField,
  signed,
  varint,
} from "./fields.js";
import type { Codec, Field } from "./entity.js";

const attribute = codecsOf("builtin", "attribute");
const type = codecsOf("builtin", "type");

/** Nothing; a line; line and column; or both with the last column, or with the last line and column. Column 0 and line 0 say nothing. */
const range: Field<readonly number[]> = {
  read(input, earlier) {
    const values = list(varint).read(input, earlier);
    if (values.length > 4) input.bytes.fail(`a range cannot have ${values.length} numbers`);
    return values;
  },
  write: list(varint).write,
};

export const builtinAttributes = {
  array: attribute(0, "array", [list(attributeField)]),
  dictionary: attribute(1, "dictionary", [list(pair(attributeField, attributeField))]),
  string: attribute(2, "string", [string]),
  typedString: attribute(3, "string with a type", [string, typeField]),
  symbol: attribute(4, "symbol", [attributeField]),
  nestedSymbol: attribute(5, "nested symbol", [attributeField, list(attributeField)]),
  type: attribute(6, "type", [typeField]),
  unit: attribute(7, "unit", []),
  integer: attribute(8, "integer", [typeField, numberBits]),
  float: attribute(9, "float", [typeField, numberBits]),
  callSite: attribute(10, "callsite location", [attributeField, attributeField]),
  filePosition: attribute(11, "file location", [attributeField, varint, varint]),
  fused: attribute(12, "fused location", [list(attributeField)]),
  fusedWithMetadata: attribute(13, "fused location with metadata", [list(attributeField), attributeField]),
  name: attribute(14, "name location", [attributeField, attributeField]),
  unknown: attribute(15, "unknown location", []),
  resource: attribute(16, "resource", [typeField, resource]),
  denseArray: attribute(17, "dense array", [typeField, varint, blob]),
  elements: attribute(18, "elements", [typeField, blob]),
  /** Type, indices, values. */
  sparse: attribute(20, "sparse elements", [typeField, attributeField, attributeField]),
  distinct: attribute(21, "distinct", [attributeField]),
  fileRange: attribute(22, "file range location", [attributeField, range]),
} as const;

const locations: ReadonlySet<unknown> = new Set([
  builtinAttributes.callSite,
  builtinAttributes.filePosition,
  builtinAttributes.fileRange,
  builtinAttributes.fused,
  builtinAttributes.fusedWithMetadata,
  builtinAttributes.name,
  builtinAttributes.unknown,
]);

/** Whether attributes of a codec are locations. */
export const isLocation = (codec: Codec): boolean => locations.has(codec);

/** Width in bits, and whether values are signless (0), signed (1) or unsigned (2). */
const integerBits: Field<number> = {
  read(input, earlier) {
    const value = varint.read(input, earlier);
    if (value % 4 === 3) input.bytes.fail("an integer type is signless, signed or unsigned");
    return value;
  },
  write: varint.write,
};

export const builtinTypes = {
  integer: type(0, "integer", [integerBits], { bits: ([width]) => Math.floor(Number(width) / 4) }),
  index: type(1, "index", [], { bits: 64 }),
  function: type(2, "function", [list(typeField), list(typeField)]),
  bf16: type(3, "bf16", [], { bits: 16 }),
  f16: type(4, "f16", [], { bits: 16 }),
  f32: type(5, "f32", [], { bits: 32 }),
  f64: type(6, "f64", [], { bits: 64 }),
  f80: type(7, "f80", [], { bits: 80 }),
  f128: type(8, "f128", [], { bits: 128 }),
  complex: type(9, "complex", [typeField]),
  /** Sizes, element type, layout. */
  buffer: type(10, "memref", [list(signed), typeField, attributeField]),
  bufferInSpace: type(11, "memref in a memory space", [
    attributeField,
    list(signed),
    typeField,
    attributeField,
  ]),
  none: type(12, "none", []),
  tensor: type(13, "tensor", [list(signed), typeField]),
  tensorWithEncoding: type(14, "tensor with an encoding", [attributeField, list(signed), typeField]),
  tuple: type(15, "tuple", [list(typeField)]),
  unrankedBuffer: type(16, "unranked memref", [typeField]),
  unrankedBufferInSpace: type(17, "unranked memref in a memory space", [attributeField, typeField]),
  unranked: type(18, "unranked tensor", [typeField]),
  vector: type(19, "vector", [list(signed), typeField]),
  /** Of each size whether it is a multiple of the vector length of the machine. */
  scalableVector: type(20, "scalable vector", [list(byteFlag), list(signed), typeField]),
} as const;
