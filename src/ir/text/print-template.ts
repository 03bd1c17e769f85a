/** @file Writes the pretty form that a template describes. */
import type { Attribute } from "../attribute.js";
import type { Operation, Value } from "../operation.js";
import type { OpDefinition } from "../ops/define.js";
import { resolveOperandGroups } from "../ops/groups.js";
import { formatFunctionType, formatType, type Type } from "../types.js";
import { type AttributeStyle, formatAttribute, formatNumber, formatStructBody } from "./print-attributes.js";
import { formatShardy } from "./print-sdy.js";
import { quote } from "./strings.js";
import type { Piece, TailPiece, Template, TypeSlot } from "./template.js";
import type { FormPrinter } from "./forms/form.js";

/** An attribute as pretty forms write it: without its type, enums by their bare word. */
export function formatShort(attribute: Attribute, style: AttributeStyle = {}): string {
  switch (attribute.kind) {
    case "integer":
      return formatNumber(attribute);
    case "bool":
      return String(attribute.value);
    case "string":
      return quote(attribute.value);
    case "enum":
      return attribute.value;
    case "denseArray": {
      const isBool = attribute.element === "i1";
      return `[${attribute.items.map((item) => (isBool ? item !== 0n : item)).join(", ")}]`;
    }
    case "array":
      return `[${attribute.items.map((item) => formatShort(item, style)).join(", ")}]`;
    case "sdy":
      return formatShardy(attribute.value);
    case "struct":
      return `<${formatStructBody(attribute.name, attribute.fields)}>`;
    default:
      return formatAttribute(attribute, style);
  }
}

/** `T` when all of the types are one, else the function type. */
export function formatSameType(operands: readonly Type[], results: readonly Type[]): string {
  const first = operands[0] ?? results[0]!;
  const same = operands.every((type) => type === first) && results.every((type) => type === first);
  return same ? formatType(first) : formatFunctionType(operands, results);
}

const typesOf = (values: readonly Value[]): Type[] => values.map((value) => value.type);

function formatSlot(slot: TypeSlot, operation: Operation): string {
  const operands = typesOf(operation.operands);
  const results = typesOf(operation.results);
  switch (slot) {
    case "T":
      return operands.length + results.length === 0 ? "" : formatSameType(operands, results);
    case "F":
      return formatFunctionType(operands, results);
    case "O":
      return operands.map(formatType).join(", ");
    case "R":
      return results.map(formatType).join(", ");
    case "O1":
      return operands.slice(0, 1).map(formatType).join("");
  }
}

const formatTail = (tail: readonly TailPiece[], operation: Operation): string =>
  tail.map((piece) => (piece.kind === "text" ? piece.text : formatSlot(piece.slot, operation))).join("");

/** Writes what follows the op's name; operands and attributes fit the declaration. */
export function printTemplate(
  out: FormPrinter,
  operation: Operation,
  definition: OpDefinition,
  template: Template,
): void {
  const groups = resolveOperandGroups(definition, operation.operands) ?? [];
  const operandsOf = new Map(definition.operands.map((operand, i) => [operand.name, groups[i] ?? []]));
  const format = (piece: Piece): string => {
    switch (piece.kind) {
      case "text":
        return piece.text;
      case "operands": {
        const values = operandsOf.get(piece.name) ?? [];
        const text = values.map((value) => out.nameOf(value)).join(", ");
        return piece.comma && values.length > 0 ? `, ${text}` : text;
      }
      case "attribute": {
        const attribute = out.attribute(operation, definition, piece.name);
        if (attribute === undefined) return "";
        return piece.full ? formatAttribute(attribute, out.style) : formatShort(attribute, out.style);
      }
      case "optional":
        return out.attribute(operation, definition, piece.attribute) === undefined
          ? ""
          : piece.pieces.map(format).join("");
    }
  };
  const head = template.pieces.map(format).join("");
  const tail = formatTail(template.tail, operation);
  if (template.dictionaryFirst) out.dictionary(operation, template.attributes);
  // MLIR keeps the blank before an empty list of operands when a type follows.
  const isBlank = head === "" && (template.pieces.length === 0 || tail === "");
  if (!isBlank) out.write(head.startsWith("(") ? head : ` ${head}`);
  if (!template.dictionaryFirst) out.dictionary(operation, template.attributes);
  if (tail !== "") out.write(` : ${tail}`);
}
