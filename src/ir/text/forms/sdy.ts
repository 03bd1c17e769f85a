/** @file Shardy's ops: pretty forms write shardings without the prefix that attributes have elsewhere. */
import type { Attribute } from "../../attribute.js";
import type { Operation } from "../../operation.js";
import { formatType } from "../../types.js";
import { skipBrackets } from "../context.js";
import { parseAttribute, parseSymbol } from "../parse-attributes.js";
import { formatAttribute } from "../print-attributes.js";
import { formatSymbol } from "../strings.js";
import { functionTail, parseFunctionTail, parseOperandTypes } from "./common.js";
import type { Form, FormParser } from "./form.js";

/** What stands around a text in the attribute, and not in the pretty form. */
interface Wrapping {
  readonly before: string;
  readonly after: string;
}

const meshWrapping: Wrapping = { before: "#sdy.mesh", after: "" };
const shardingWrapping: Wrapping = { before: "#sdy.sharding", after: "" };
const perValueWrapping: Wrapping = { before: "#sdy.sharding_per_value<", after: ">" };
const axesWrapping: Wrapping = { before: "#sdy<manual_axes", after: ">" };

/** The text of an attribute in the pretty form, or undefined when it is of another kind. */
function unwrap(attribute: unknown, { before, after }: Wrapping): string | undefined {
  if (attribute === undefined) return undefined;
  const text = formatAttribute(attribute as Attribute);
  return text.startsWith(before) && text.endsWith(after)
    ? text.slice(before.length, text.length - after.length)
    : undefined;
}

/** Reads a bracketed text as the attribute it stands for; a whole attribute may stand there too. */
function parseWrapped({ cursor, context }: FormParser, { before, after }: Wrapping): Attribute {
  if (cursor.kind === "attribute") return parseAttribute(context);
  if (!"<[{".includes(cursor.kind)) cursor.failExpected("a sharding");
  const { start } = cursor;
  const end = skipBrackets(context, start);
  cursor.continueAt(end);
  return { kind: "opaque", text: `${before}${cursor.text.slice(start, end)}${after}` };
}

/** `sdy.mesh @mesh = <["x"=2, "y"=4]>` */
export const meshForm: Form = {
  print(out, operation) {
    const { sym_name: name, mesh } = operation.attributes;
    const text = unwrap(mesh, meshWrapping);
    if (text === undefined) return false;
    out.write(` ${formatSymbol([name as string])} = ${text}`);
    out.dictionary(operation, ["sym_name", "mesh"]);
    return true;
  },
  parse(input, definition) {
    const sym_name = parseSymbol(input.context);
    input.cursor.expect("=");
    const typed = { sym_name, mesh: parseWrapped(input, meshWrapping) };
    return input.attributes(definition, input.optionalEntries(), typed);
  },
};

/** `%x <@mesh, [{"x"}, {}]> : T` */
export const shardingConstraintForm: Form = {
  print(out, operation) {
    const text = unwrap(operation.attributes.sharding, shardingWrapping);
    if (text === undefined) return false;
    out.write(` ${out.namesOf(operation.operands)} ${text}`);
    out.dictionary(operation, ["sharding"]);
    out.write(` : ${formatType(operation.operands[0]!.type)}`);
    return true;
  },
  parse(input, definition) {
    const operands = [input.use()];
    const typed = { sharding: parseWrapped(input, shardingWrapping) };
    const attributes = input.attributes(definition, input.optionalEntries(), typed);
    return { operands, resultTypes: parseOperandTypes(input, operands), ...attributes };
  },
};

const hasBody = ({ regions }: Operation): boolean => regions[0]?.blocks.length === 1;

/** `(%x) in_shardings=[..] out_shardings=[..] manual_axes={"x"} (%y: T) { .. } : F` */
export const manualComputationForm: Form = {
  print(out, operation) {
    const { in_shardings, out_shardings, manual_axes } = operation.attributes;
    const [inputs, outputs] = [
      unwrap(in_shardings, perValueWrapping),
      unwrap(out_shardings, perValueWrapping),
    ];
    const axes = unwrap(manual_axes, axesWrapping);
    if (inputs === undefined || outputs === undefined || axes === undefined || !hasBody(operation))
      return false;
    out.write(`(${out.namesOf(operation.operands)})`);
    out.write(` in_shardings=${inputs} out_shardings=${outputs} manual_axes=${axes}`);
    const body = operation.regions[0]!;
    out.write(` (${body.entry.arguments.map((argument) => out.argument(argument)).join(", ")}) `);
    out.region(body, { labelled: false });
    out.dictionary(operation, ["in_shardings", "out_shardings", "manual_axes"]);
    out.write(functionTail(operation));
    return true;
  },
  parse(input, definition) {
    const { cursor, context } = input;
    const operands = context.list("(", ")", () => input.use());
    const field = (word: string, wrapping: Wrapping): Attribute => {
      cursor.expectWord(word);
      cursor.expect("=");
      return parseWrapped(input, wrapping);
    };
    const typed = {
      in_shardings: field("in_shardings", perValueWrapping),
      out_shardings: field("out_shardings", perValueWrapping),
      manual_axes: field("manual_axes", axesWrapping),
    };
    const declared = context.list("(", ")", () => input.argument());
    const regions = [input.region(definition.name, declared)];
    const attributes = input.attributes(definition, input.optionalEntries(), typed);
    return { operands, regions, resultTypes: parseFunctionTail(input, operands), ...attributes };
  },
};
