/** @file `stablehlo.constant {..} dense<..> : T`; `dense_resource<__elided__> : T` where a dump left the elements out. */
import type { Attributes } from "../../ops/index.js";
import { elementsOrElided } from "../../ops/kinds.js";
import { parseAttribute } from "../parse-attributes.js";
import { parseGeneric } from "../parse-generic.js";
import { formatAttribute } from "../print-attributes.js";
import type { Form } from "./form.js";

export const constantForm: Form = {
  print(out, operation) {
    const { value } = operation.attributes as Attributes<"stablehlo.constant">;
    if (operation.results.length !== 1) return false;
    // The types differ for quantised constants, whose literal holds storage numbers.
    if (value.type !== operation.result.type) {
      out.genericTail(operation);
      return true;
    }
    out.dictionary(operation, ["value"]);
    out.write(` ${formatAttribute(elementsOrElided.toAttribute(value), out.style)}`);
    return true;
  },
  parse(input, definition) {
    const { cursor, context } = input;
    if (cursor.kind === "(") return parseGeneric(input, definition.name, definition);
    const entries = input.optionalEntries();
    const at = cursor.start;
    const attribute = parseAttribute(context);
    const value = elementsOrElided.fromAttribute(attribute);
    if (value === undefined && attribute.kind === "resource")
      cursor.fail(`the text has no data for the resource ${attribute.key}`, at);
    if (value === undefined) return cursor.fail("a constant must be a literal such as dense<1.0>", at);
    return { resultTypes: [value.type], ...input.attributes(definition, entries, { value }) };
  },
};
