/** @file `stablehlo.dot_general %a, %b, batching_dims = [0] x [0], contracting_dims = [2] x [1], precision = [..] : F` */
import { findOp } from "../../ops/index.js";
import { formatFunctionType } from "../../types.js";
import { formatShort } from "../print-template.js";
import type { Form } from "./form.js";

interface DotAttributes {
  readonly dot_dimension_numbers: {
    readonly lhs_batching_dimensions: readonly number[];
    readonly rhs_batching_dimensions: readonly number[];
    readonly lhs_contracting_dimensions: readonly number[];
    readonly rhs_contracting_dimensions: readonly number[];
  };
}

const list = (dimensions: readonly number[]): string => `[${dimensions.join(", ")}]`;

export const dotGeneralForm: Form = {
  print(out, operation) {
    const { dot_dimension_numbers: numbers } = operation.attributes as unknown as DotAttributes;
    const { lhs_batching_dimensions: lhsBatch, rhs_batching_dimensions: rhsBatch } = numbers;
    const { lhs_contracting_dimensions: lhsSum, rhs_contracting_dimensions: rhsSum } = numbers;
    out.write(` ${out.namesOf(operation.operands)}, `);
    if (lhsBatch.length + rhsBatch.length > 0)
      out.write(`batching_dims = ${list(lhsBatch)} x ${list(rhsBatch)}, `);
    out.write(`contracting_dims = ${list(lhsSum)} x ${list(rhsSum)}`);
    const definition = findOp(operation.name)!;
    const precision = out.attribute(operation, definition, "precision_config");
    if (precision !== undefined) out.write(`, precision = ${formatShort(precision)}`);
    const algorithm = out.attribute(operation, definition, "algorithm");
    if (algorithm !== undefined) out.write(`, algorithm = ${formatShort(algorithm)}`);
    out.dictionary(operation, ["dot_dimension_numbers", "precision_config", "algorithm"]);
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
