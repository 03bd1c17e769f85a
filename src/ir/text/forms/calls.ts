/** @file composite and custom_call. */
import type { Region } from "../../operation.js";
import { parseString, parseSymbol } from "../context.js";
import { formatSymbol, quote } from "../strings.js";
import { functionTail, parseFunctionTail } from "./common.js";
import type { Form } from "./form.js";

/** `"name" %a, %b ({..}) {decomposition = @f} : F`; MLIR leaves two blanks when there are no operands. */
export const compositeForm: Form = {
  print(out, operation) {
    const { name } = operation.attributes as { readonly name: string };
    out.write(` ${quote(name)} ${out.namesOf(operation.operands)}`);
    operation.regions.forEach((region, index) => {
      out.write(index === 0 ? " (" : ", ");
      out.region(region, { labelled: true });
    });
    if (operation.regions.length > 0) out.write(")");
    out.dictionary(operation, ["name"]);
    out.write(functionTail(operation));
    return true;
  },
  parse(input, definition) {
    const { cursor, context } = input;
    const name = parseString(context, "as the name of the composite");
    const operands = input.uses();
    const regions: Region[] =
      cursor.kind === "(" ? context.list("(", ")", () => input.region(definition.name)) : [];
    const attributes = input.attributes(definition, input.optionalEntries(), { name });
    return { operands, regions, resultTypes: parseFunctionTail(input, operands), ...attributes };
  },
};

/** `@target(%a) {..} : F` */
export const customCallForm: Form = {
  print(out, operation) {
    const { call_target_name: target } = operation.attributes as { readonly call_target_name: string };
    out.write(` ${formatSymbol([target])}(${out.namesOf(operation.operands)})`);
    out.dictionary(operation, ["call_target_name"]);
    out.write(functionTail(operation));
    return true;
  },
  parse(input, definition) {
    const { context } = input;
    const target = parseSymbol(context);
    const operands = context.list("(", ")", () => input.use());
    const attributes = input.attributes(definition, input.optionalEntries(), { call_target_name: target });
    return { operands, resultTypes: parseFunctionTail(input, operands), ...attributes };
  },
};
