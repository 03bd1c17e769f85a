/**
 * @file What a bytecode file holds, before anything is known about its operations: names, tables and numbered
 * values.
 */
import { bitWidth, isFloat, isInteger, isScalarType } from "../types.js";
import type { Codec, Entity, EntityKind, FieldValue } from "./entity.js";
import { oldestVersion } from "../versions.js";

export interface Program {
  /** Version of the bytecode, 0 to 6. */
  readonly version: number;
  /** Who wrote it, e.g. `StableHLO_v1.13.0`. */
  readonly producer: string;
  readonly root: BytecodeOperation;
}

export interface BytecodeOperation {
  /** With its dialect, e.g. `vhlo.add_v1`. */
  readonly name: string;
  readonly location: Entity;
  /** A builtin dictionary of the attributes that are no properties. */
  readonly discardable: Entity | undefined;
  /** The attributes of the operation's layout, in its order. */
  readonly properties: readonly (Entity | undefined)[];
  /** Values by number, see `BytecodeRegion`. */
  readonly operands: readonly number[];
  readonly results: readonly Entity[];
  readonly regions: readonly BytecodeRegion[];
  /** Nothing in the regions uses a value from outside; their values are numbered from 0. */
  readonly isolated: boolean;
  /** Orders of uses of the results that are not the natural ones, see use-lists.ts; not kept when read. */
  readonly useLists?: readonly UseList[];
  /** Where it stands in the bytes that were read. */
  readonly offset: number;
}

/** The order of uses of the value at `index` among an operation's results or a block's arguments. */
export interface UseList {
  readonly index: number;
  readonly order: readonly number[];
}

/**
 * Values are numbered block by block: arguments, then results. The first number is 0 when the operation is
 * isolated, else that after the last value of the region around it; sibling regions begin with the same
 * number.
 */
export interface BytecodeRegion {
  readonly blocks: readonly BytecodeBlock[];
}

export interface BytecodeBlock {
  readonly arguments: readonly BytecodeArgument[];
  /** As of an operation's results. */
  readonly useLists?: readonly UseList[];
  readonly operations: readonly BytecodeOperation[];
}

export interface BytecodeArgument {
  readonly type: Entity;
  /** Undefined when it is not known. */
  readonly location: Entity | undefined;
}

/** How many values the blocks of a region define, those of inner regions not counted. */
export const countValues = (region: BytecodeRegion): number =>
  region.blocks.reduce(
    (count, block) =>
      count + block.arguments.length + block.operations.reduce((sum, op) => sum + op.results.length, 0),
    0,
  );

/** One attribute of an operation's properties; one that is not `optional` is always there. */
export interface Property {
  readonly name: string;
  readonly optional?: true;
  /** Of how many groups of operands or results it says the sizes: no attribute, but numbers after the others. */
  readonly segments?: number;
}

/** What the container must know of the dialects in a file. */
export interface Schema {
  /** The codec of a code, or undefined for an unknown one. */
  codec(dialect: string, kind: EntityKind, code: number): Codec | undefined;
  /** The properties of an operation in their order, or undefined for an unknown one. */
  properties(operation: string): readonly Property[] | undefined;
}

/** Ids of the sections of a file. */
export const sections = {
  strings: 0,
  dialects: 1,
  entities: 2,
  entityOffsets: 3,
  operations: 4,
  resources: 5,
  resourceOffsets: 6,
  dialectVersions: 7,
  properties: 8,
} as const;

/** Set in the id of a section whose content is padded to an alignment. */
export const aligned = 0x80;
/** The bytes that padding is made of. */
export const padding = 0xcb;

/** Kinds of resources. */
export const resourceKinds = { blob: 0, bool: 1, string: 2 } as const;

/** Bits that say which parts of an operation follow, in the order of their appearance. */
export const parts = {
  discardable: 0x01,
  properties: 0x40,
  results: 0x02,
  operands: 0x04,
  successors: 0x08,
  useLists: 0x20,
  regions: 0x10,
} as const;

/** The version of the bytecode that brought a feature. */
export const features = {
  dialectVersions: 1,
  isolatedSections: 2,
  useLists: 3,
  /** A count of operation names, and argument locations that may be left out. */
  compactArguments: 4,
  properties: 5,
  /** The sizes of groups of values as numbers instead of an attribute. */
  segments: 6,
} as const;

export const magic = [0x4d, 0x4c, 0xef, 0x52] as const;
export const newestBytecode = 6;

/** What was written as text instead of by a codec: the dialect, and the text. */
const textCodecs = new Map<string, Codec>();

/** The codec of attributes or types that a dialect writes as text; the text is their only value. */
export function textCodec(dialect: string, kind: EntityKind): Codec {
  const key = `${kind} ${dialect}`;
  const known = textCodecs.get(key);
  if (known !== undefined) return known;
  const bits = kind === "type" ? bitsOfText : undefined;
  const codec: Codec = {
    dialect,
    kind,
    name: "text",
    code: undefined,
    fields: [],
    since: oldestVersion,
    bits,
  };
  textCodecs.set(key, codec);
  return codec;
}

/** How many bits a number has whose type is written as text, e.g. 8 for `f8E5M2`; infinitely many where it is no number type. */
function bitsOfText([text]: readonly FieldValue[]): number {
  const isNumber =
    typeof text === "string" && isScalarType(text) && (isFloat(text) || isInteger(text) || text === "index");
  return isNumber ? bitWidth(text) : Infinity;
}

/** `vhlo` and `add_v1`. */
export function splitName(name: string): readonly [dialect: string, operation: string] {
  const dot = name.indexOf(".");
  return [name.slice(0, dot), name.slice(dot + 1)];
}
