/** @file module, func, return and call. */
import { type AttributeDictionary, emptyDictionary } from "../../attribute.js";
import type { FunctionType, Type } from "../../types.js";
import { formatFunctionType, formatType } from "../../types.js";
import { formatDictionary } from "../print-attributes.js";
import { formatSymbol } from "../strings.js";
import type { Form } from "./form.js";

/** `module @name attributes {..} { .. }` */
export const moduleForm: Form = {
  print(out, operation) {
    const { sym_name: name } = operation.attributes as { readonly sym_name?: string };
    if (name !== undefined) out.write(` ${formatSymbol([name])}`);
    out.dictionary(operation, ["sym_name"], " attributes");
    out.write(" ");
    out.region(operation.regions[0]!, { labelled: false });
    return true;
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

/** `func.func private @f(%arg0: T {..}) -> (T {..}) attributes {..} { .. }` */
export const functionForm: Form = {
  print(out, operation) {
    const attributes = operation.attributes as unknown as FunctionAttributes;
    const { sym_visibility: visibility, function_type: type, arg_attrs: argumentAttributes } = attributes;
    const entry = operation.regions[0]?.blocks[0];
    const parameters =
      entry === undefined
        ? type.inputs.map((input, i) => `${formatType(input)}${suffixOf(argumentAttributes?.[i])}`)
        : entry.arguments.map((argument, i) =>
            out.argument(argument, false, suffixOf(argumentAttributes?.[i])),
          );
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
};

/** `return %a, %b : T0, T1` */
export const functionReturnForm: Form = {
  print(out, operation) {
    const { operands } = operation;
    if (operands.length > 0) out.write(` ${out.namesOf(operands)}`);
    out.dictionary(operation, []);
    if (operands.length > 0) out.write(` : ${operands.map((value) => formatType(value.type)).join(", ")}`);
    return true;
  },
};

/** `call @f(%a) : (T) -> R` */
export const callForm: Form = {
  print(out, operation) {
    const { callee } = operation.attributes as { readonly callee: string };
    out.write(` ${formatSymbol([callee])}(${out.namesOf(operation.operands)})`);
    out.dictionary(operation, ["callee"]);
    const results = operation.results.map((result) => result.type);
    out.write(
      ` : ${formatFunctionType(
        operation.operands.map((value) => value.type),
        results,
      )}`,
    );
    return true;
  },
};
