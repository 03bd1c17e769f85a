/** @file Attributes of the IR as VHLO attributes. */
import type { Attribute, AttributeDictionary } from "../attribute.js";
import { elementsFromNumbers, rawElements } from "../elements.js";
import { ownValue } from "../../support/own-value.js";
import type { Integer } from "../integers.js";
import { noneType, scalarType, tensorType, type Type } from "../types.js";
import { attributeToBuiltin } from "./builtin-attributes.js";
import { bytesOfItems } from "./dense-arrays.js";
import type { Entity } from "./entity.js";
import { numberBits } from "./number-bits.js";
import { shardyToEntity } from "./sdy-to-entity.js";
import { structToEntity } from "./structs.js";
import { typeToVhlo, type Writing } from "./types.js";
import { vhloAttributes as vhlo, vhloEnums } from "./vhlo-codecs.js";

/** `#vhlo.tensor_v1` of a list of i64. */
export function integersToVhlo(to: Writing, values: readonly Integer[]): Entity {
  return attributeToVhlo(to, {
    kind: "elements",
    value: elementsFromNumbers(tensorType([values.length], "i64"), values),
  });
}

function enumToVhlo(to: Writing, attribute: Extract<Attribute, { kind: "enum" }>): Entity {
  const { dialect, name, value } = attribute;
  if (dialect !== "stablehlo") return attributeToBuiltin(to, attribute);
  const codec =
    ownValue(vhloEnums, name) ??
    to.fail(`the enumeration #${dialect}<${name} ${value}> has no portable form`);
  return to.pool.make(codec as (typeof vhloEnums)["precision"], value as "DEFAULT");
}

function structToVhlo(to: Writing, attribute: Extract<Attribute, { kind: "struct" }>): Entity {
  const { dialect, name } = attribute;
  if (dialect !== "stablehlo") return attributeToBuiltin(to, attribute);
  const { pool } = to;
  const parts = {
    pool,
    fail: to.fail,
    attribute: (part: Attribute) => attributeToVhlo(to, part),
    type: (type: Type) => typeToVhlo(to, type),
  };
  return (
    structToEntity(parts, "vhlo", attribute) ??
    to.fail(`the attribute #${dialect}.${name} has no portable form`)
  );
}

function dictionaryToVhlo(to: Writing, entries: AttributeDictionary): Entity {
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  return to.pool.make(
    vhlo.dictionary,
    sorted.map(([key, value]) => [to.pool.make(vhlo.string, key), attributeToVhlo(to, value)] as const),
  );
}

function denseArrayToVhlo(to: Writing, attribute: Extract<Attribute, { kind: "denseArray" }>): Entity {
  const { element, items } = attribute;
  if (element !== "i64" && element !== "i1") return attributeToBuiltin(to, attribute);
  const type = tensorType([items.length], element);
  return attributeToVhlo(to, { kind: "elements", value: rawElements(type, bytesOfItems(to, attribute)) });
}

/** What is of no dialect that VHLO stands for stays as it is. */
function opaqueToVhlo(to: Writing, attribute: Extract<Attribute, { kind: "opaque" }>): Entity {
  const { text } = attribute;
  if (/^(?:#stablehlo\b|")/.test(text)) return to.fail(`the attribute ${text} has no portable form`);
  return attributeToBuiltin(to, attribute);
}

/** A type as an attribute. */
export const typeAttributeToVhlo = (to: Writing, type: Type): Entity =>
  to.pool.make(vhlo.type, typeToVhlo(to, type));

/** What stands where a dot algorithm could. */
export const noneToVhlo = (to: Writing): Entity => typeAttributeToVhlo(to, noneType);

/** An attribute in VHLO; one that has no form there stays as it is, which readers since 1.11 take. */
export function attributeToVhlo(to: Writing, attribute: Attribute): Entity {
  const { pool } = to;
  switch (attribute.kind) {
    case "unit":
      return attributeToBuiltin(to, attribute);
    case "bool":
      return pool.make(vhlo.bool, attribute.value);
    case "integer":
    case "float": {
      if (attribute.type === scalarType("i1")) return pool.make(vhlo.bool, attribute.value !== 0n);
      const bits = numberBits(to, attribute);
      if (attribute.type === scalarType("i2") || attribute.type === scalarType("ui2"))
        to.fail("a number of i2 cannot be an attribute: readers of portable artifacts abort on it");
      const codec = attribute.kind === "float" ? vhlo.float : vhlo.integer;
      return pool.make(codec, typeToVhlo(to, attribute.type), bits);
    }
    case "string":
      return pool.make(vhlo.string, attribute.value);
    case "symbol":
      if (attribute.path.length > 1) return attributeToBuiltin(to, attribute);
      return pool.make(vhlo.string, attribute.path[0]!);
    case "type":
      return typeAttributeToVhlo(to, attribute.type);
    case "array":
      return pool.make(
        vhlo.array,
        attribute.items.map((item) => attributeToVhlo(to, item)),
      );
    case "dictionary":
      return dictionaryToVhlo(to, attribute.entries);
    case "denseArray":
      return denseArrayToVhlo(to, attribute);
    case "elements":
      if (to.resourceKey(attribute.value) !== undefined) return attributeToBuiltin(to, attribute);
      return pool.make(vhlo.tensor, typeToVhlo(to, attribute.value.type), to.bytesOf(attribute.value));
    case "resource":
    case "location":
      return attributeToBuiltin(to, attribute);
    case "enum":
      return enumToVhlo(to, attribute);
    case "struct":
      return structToVhlo(to, attribute);
    case "sdy":
      return shardyToEntity(attribute.value, pool);
    case "opaque":
      return opaqueToVhlo(to, attribute);
  }
}
