/** @file composite and custom_call. */
import type { Operation } from "../../operation.js";
import { formatFunctionType } from "../../types.js";
import { formatSymbol, quote } from "../strings.js";
import type { Form } from "./form.js";

const functionTail = (operation: Operation): string => {
  const results = operation.results.map((result) => result.type);
  return ` : ${formatFunctionType(
    operation.operands.map((value) => value.type),
    results,
  )}`;
};

/** `"name" %a, %b {decomposition = @f} : F`; MLIR leaves two blanks when there are no operands. */
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
};
