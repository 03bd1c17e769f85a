/** @file `stablehlo.constant {..} dense<..> : T`, or `dense_resource<key> : T`, of whose elements the text may have none. */
import type { Attributes } from "../../ops/index.js";
import { elementsOrAbsent } from "../../ops/kinds.js";
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
    out.write(` ${formatAttribute(elementsOrAbsent.toAttribute(value), out.style)}`);
    return true;
  },
  parse(input, definition) {
    const { cursor, context } = input;
    if (cursor.kind === "(") return parseGeneric(input, definition.name, definition);
    const entries = input.optionalEntries();
    const at = cursor.start;
    const value = elementsOrAbsent.fromAttribute(parseAttribute(context));
    if (value === undefined) return cursor.fail("a constant must be a literal such as dense<1.0>", at);
    return { resultTypes: [value.type], ...input.attributes(definition, entries, { value }) };
  },
};
