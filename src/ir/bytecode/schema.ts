/**
 * @file Everything that artifacts hold, by dialect: the codecs by their codes, and the properties of each
 * operation.
 */
import { builtinAttributes, builtinTypes } from "./builtin.js";
import type { Codec, EntityKind } from "./entity.js";
import { readableProperties } from "./kept-ops.js";
import { affineAttributes } from "./affine.js";
import { mhloAttributes, mhloEnums, mhloStructs, mhloTypes } from "./mhlo-codecs.js";
import type { Schema } from "./program.js";
import { sdyAttributes } from "./sdy-codecs.js";
import {
  chloEnums,
  quantTypes,
  stablehloEnums,
  stablehloStructs,
  stablehloTypes,
} from "./stablehlo-codecs.js";
import { vhloAttributes, vhloEnums, vhloScalars, vhloTypes } from "./vhlo-codecs.js";
import { findVhloOp } from "./vhlo-ops.js";

const tables: readonly Readonly<Record<string, unknown>>[] = [
  builtinAttributes,
  builtinTypes,
  affineAttributes,
  mhloAttributes,
  mhloStructs,
  mhloEnums,
  mhloTypes,
  sdyAttributes,
  stablehloStructs,
  stablehloEnums,
  stablehloTypes,
  chloEnums,
  quantTypes,
  vhloAttributes,
  vhloEnums,
  vhloScalars,
  vhloTypes,
];
/** All codecs that have a code. */
export const codecs = tables.flatMap((table) => Object.values(table) as Codec[]);

const keyOf = (dialect: string, kind: EntityKind, code: number): string => `${dialect} ${kind} ${code}`;
const byCode = new Map(codecs.map((codec) => [keyOf(codec.dialect, codec.kind, codec.code!), codec]));

export const schema: Schema = {
  codec: (dialect, kind, code) => byCode.get(keyOf(dialect, kind, code)),
  properties: (name) =>
    readableProperties(name) ?? findVhloOp(name)?.attributes.map((attribute) => ({ name: attribute })),
};
