/** @file `sdy.mesh @mesh = <["x"=2, "y"=4]>` */
import type { Attribute } from "../../attribute.js";
import { skipBrackets } from "../context.js";
import { parseAttribute, parseSymbol } from "../parse-attributes.js";
import { formatAttribute } from "../print-attributes.js";
import { formatSymbol } from "../strings.js";
import type { Form } from "./form.js";

const prefix = "#sdy.mesh";

export const meshForm: Form = {
  print(out, operation) {
    const { sym_name: name, mesh } = operation.attributes as {
      readonly sym_name: string;
      readonly mesh: Attribute;
    };
    const text = formatAttribute(mesh);
    out.write(` ${formatSymbol([name])} = ${text.startsWith(prefix) ? text.slice(prefix.length) : text}`);
    out.dictionary(operation, ["sym_name", "mesh"]);
    return true;
  },
  parse(input, definition) {
    const { cursor, context } = input;
    const sym_name = parseSymbol(context);
    cursor.expect("=");
    if (cursor.kind !== "<") {
      const typed = { sym_name, mesh: parseAttribute(context) };
      return input.attributes(definition, input.optionalEntries(), typed);
    }
    const { start } = cursor;
    const end = skipBrackets(context, start);
    cursor.continueAt(end);
    const mesh: Attribute = { kind: "opaque", text: `${prefix}${cursor.text.slice(start, end)}` };
    return input.attributes(definition, input.optionalEntries(), { sym_name, mesh });
  },
};
