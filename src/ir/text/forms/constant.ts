/** @file `stablehlo.constant {..} dense<..> : T` */
import type { Elements } from "../../elements.js";
import { formatAttribute } from "../print-attributes.js";
import type { Form } from "./form.js";

export const constantForm: Form = {
  print(out, operation) {
    const { value } = operation.attributes as { readonly value: Elements };
    // The types differ for quantised constants, whose literal holds storage numbers.
    if (value.type !== operation.result.type) {
      out.genericTail(operation);
      return true;
    }
    out.dictionary(operation, ["value"]);
    out.write(` ${formatAttribute({ kind: "elements", value }, out.style)}`);
    return true;
  },
};
