/** @file module, func, return, calls and casts. */
import { type AttributeDictionary, emptyDictionary } from "../../attribute.js";
import { type FunctionType, formatType, functionType, type Type } from "../../types.js";
import { makeRegion } from "../../rewriter.js";
import { parseOptionalLocation } from "../parse-locations.js";
import { parseSymbol } from "../context.js";
import { toDictionary } from "../parse-attributes.js";
import { parseSignature, parseType } from "../parse-types.js";
import { formatDictionary } from "../print-attributes.js";
import { formatSymbol } from "../strings.js";
import { functionTail, operandTypes, parseFunctionTail, parseOperandTypes, resultTypes } from "./common.js";
import type { Form, FormParser, ParsedArgument } from "./form.js";

/** `module @name attributes {..} { .. }` */
export const moduleForm: Form = {
  print(out, operation) {
    const { sym_name: name } = operation.attributes as { readonly sym_name?: string };
    if (operation.regions.length !== 1 || operation.regions[0]!.blocks.length !== 1) return false;
    if (name !== undefined) out.write(` ${formatSymbol([name])}`);
    out.dictionary(operation, ["sym_name"], " attributes");
    out.write(" ");
    out.region(operation.regions[0]!, { labelled: false });
    return true;
  },
  parse(input, definition) {
    const { cursor, context } = input;
    const name = cursor.kind === "symbol" ? { sym_name: parseSymbol(context) } : {};
    const entries = cursor.acceptWord("attributes") ? input.optionalEntries() : [];
    return { regions: [input.region(definition.name, [])], ...input.attributes(definition, entries, name) };
  },
};

interface FunctionAttributes {
  readonly sym_name: string;
  readonly function_type: FunctionType;
  readonly sym_visibility?: string;
  readonly arg_attrs?: readonly AttributeDictionary[];
  readonly res_attrs?: readonly AttributeDictionary[];
}

const suffixOf = (dictionary: AttributeDictionary = emptyDictionary): string =>
  dictionary.size === 0 ? "" : ` ${formatDictionary(dictionary)}`;

function formatResults(types: readonly Type[], attributes: readonly AttributeDictionary[] = []): string {
  if (types.length === 0) return "";
  const bare = types.length === 1 && types[0]!.kind !== "function" && (attributes[0]?.size ?? 0) === 0;
  const list = types.map((type, i) => `${formatType(type)}${suffixOf(attributes[i])}`).join(", ");
  return ` -> ${bare ? list : `(${list})`}`;
}

/** A type of the signature with its attributes. */
interface Slot {
  readonly type: Type;
  readonly dictionary: AttributeDictionary;
}

interface Parameter extends Slot {
  /** Absent in a declaration. */
  readonly argument?: ParsedArgument;
}

const parseSlot = (input: FormParser): Slot => ({
  type: parseType(input.context),
  dictionary: toDictionary(input.optionalEntries()),
});

/** `%x: T {..} loc(..)` or, in a declaration, `T {..}`. */
function parseParameter(input: FormParser): Parameter {
  if (input.cursor.kind !== "value") return parseSlot(input);
  const argument = input.argument();
  const dictionary = toDictionary(input.optionalEntries());
  const location = parseOptionalLocation(input.context) ?? argument.location;
  return { type: argument.type, dictionary, argument: { ...argument, location } };
}

function parseResults(input: FormParser): Slot[] {
  const { cursor, context } = input;
  if (!cursor.accept("->")) return [];
  return cursor.kind === "("
    ? context.list("(", ")", () => parseSlot(input))
    : [{ type: parseType(context), dictionary: emptyDictionary }];
}

/** One dictionary per slot, or nothing when all are empty. */
function dictionaries<K extends string>(name: K, slots: readonly Slot[]) {
  const lists = slots.map(({ dictionary }) => dictionary);
  return lists.every(({ size }) => size === 0) ? {} : { [name]: lists };
}

/** `func.func private @f(%arg0: T {..}) -> (T {..}) attributes {..} { .. }` */
export const functionForm: Form = {
  print(out, operation) {
    const attributes = operation.attributes as unknown as FunctionAttributes;
    const { sym_visibility: visibility, function_type: type, arg_attrs: argumentAttributes } = attributes;
    const blocks = operation.regions[0]?.blocks ?? [];
    const [entry] = blocks;
    if (operation.regions.length !== 1) return false;
    if (entry !== undefined && entry.arguments.length !== type.inputs.length) return false;
    const parameters =
      entry === undefined
        ? type.inputs.map((input, i) => `${formatType(input)}${suffixOf(argumentAttributes?.[i])}`)
        : entry.arguments.map((argument, i) => out.argument(argument, suffixOf(argumentAttributes?.[i])));
    if (visibility !== undefined) out.write(` ${visibility}`);
    out.write(` ${formatSymbol([attributes.sym_name])}(${parameters.join(", ")})`);
    out.write(formatResults(type.results, attributes.res_attrs));
    const shown = ["sym_name", "sym_visibility", "function_type", "arg_attrs", "res_attrs"];
    out.dictionary(operation, shown, " attributes");
    if (entry === undefined) return true;
    out.write(" ");
    out.region(operation.regions[0]!, { labelled: false });
    return true;
  },
  parse(input, definition) {
    const { cursor, context } = input;
    const visibility = ["public", "private", "nested"].find((word) => cursor.acceptWord(word));
    const name = parseSymbol(context);
    const parameters = context.list("(", ")", () => parseParameter(input));
    const results = parseResults(input);
    const entries = cursor.acceptWord("attributes") ? input.optionalEntries() : [];
    const declared = parameters.flatMap(({ argument }) => argument ?? []);
    const hasBody = cursor.kind === "{";
    if (hasBody && declared.length !== parameters.length)
      cursor.fail("the arguments of a function with a body need names");
    const typed = {
      sym_name: name,
      function_type: functionType(
        parameters.map(({ type }) => type),
        results.map(({ type }) => type),
      ),
      ...(visibility === undefined ? {} : { sym_visibility: visibility }),
      ...dictionaries("arg_attrs", parameters),
      ...dictionaries("res_attrs", results),
    };
    const region = hasBody ? input.region(definition.name, declared) : makeRegion([]);
    return { regions: [region], ...input.attributes(definition, entries, typed) };
  },
};

/** `return {..} %a, %b : T0, T1` */
export const functionReturnForm: Form = {
  print(out, operation) {
    const { operands } = operation;
    out.dictionary(operation, []);
    if (operands.length === 0) return true;
    out.write(` ${out.namesOf(operands)} : ${operandTypes(operation).map(formatType).join(", ")}`);
    return true;
  },
  parse(input, definition) {
    const attributes = input.attributes(definition, input.optionalEntries());
    const operands = input.uses();
    if (operands.length > 0) parseOperandTypes(input, operands);
    return { operands, ...attributes };
  },
};

/** `call @f(%a) : (T) -> R` */
export const callForm: Form = {
  print(out, operation) {
    const { callee } = operation.attributes as { readonly callee: string };
    out.write(` ${formatSymbol([callee])}(${out.namesOf(operation.operands)})`);
    out.dictionary(operation, ["callee"]);
    out.write(functionTail(operation));
    return true;
  },
  parse(input, definition) {
    const { context } = input;
    const callee = parseSymbol(context);
    const operands = context.list("(", ")", () => input.use());
    const attributes = input.attributes(definition, input.optionalEntries(), { callee });
    return { operands, resultTypes: parseFunctionTail(input, operands), ...attributes };
  },
};

/** `call_indirect %f(%a) {..} : (T) -> R` */
export const callIndirectForm: Form = {
  print(out, operation) {
    const [callee, ...operands] = operation.operands;
    out.write(` ${out.nameOf(callee!)}(${out.namesOf(operands)})`);
    out.dictionary(operation, []);
    out.write(` : ${formatType(callee!.type)}`);
    return true;
  },
  parse(input, definition) {
    const { cursor, context } = input;
    const callee = input.use();
    const operands = context.list("(", ")", () => input.use());
    const attributes = input.attributes(definition, input.optionalEntries());
    cursor.expect(":", "and the type of the function");
    const at = cursor.start;
    const { inputs, results } = parseSignature(context);
    input.checkTypes([callee], [functionType(inputs, results)], at);
    input.checkTypes(operands, inputs, at);
    return { operands: [callee, ...operands], resultTypes: results, ...attributes };
  },
};

/** `%a, %b : T0, T1 to U {..}` */
export const castForm: Form = {
  print(out, operation) {
    const { operands } = operation;
    if (operands.length > 0) {
      const types = operandTypes(operation).map(formatType).join(", ");
      out.write(` ${out.namesOf(operands)} : ${types}`);
    }
    out.write(` to ${resultTypes(operation).map(formatType).join(", ")}`);
    out.dictionary(operation, []);
    return true;
  },
  parse(input, definition) {
    const { cursor, context } = input;
    const operands = input.uses();
    if (operands.length > 0) parseOperandTypes(input, operands);
    if (!cursor.acceptWord("to")) cursor.failExpected('"to" and the types of the results');
    const types: Type[] = [];
    do types.push(parseType(context));
    while (cursor.accept(","));
    return { operands, resultTypes: types, ...input.attributes(definition, input.optionalEntries()) };
  },
};
