/** @file `stablehlo.convolution(%x, %w) dim_numbers = [..]x[..]->[..], window = {stride = [1], pad = [[3, 0]]} {..} : F` */
import { findOp } from "../../ops/index.js";
import type { IntegerMatrix } from "../../ops/kinds.js";
import { formatFunctionType } from "../../types.js";
import { formatConvDimensions } from "../print-attributes.js";
import type { Form } from "./form.js";

interface WindowAttributes {
  readonly window_strides?: readonly number[];
  readonly padding?: IntegerMatrix;
  readonly lhs_dilation?: readonly number[];
  readonly rhs_dilation?: readonly number[];
  readonly window_reversal?: readonly boolean[];
}

const windowNames = ["window_strides", "padding", "lhs_dilation", "rhs_dilation", "window_reversal"];

const pairs = ({ values }: IntegerMatrix): string[] =>
  Array.from({ length: values.length / 2 }, (_, i) => `[${values[2 * i]}, ${values[2 * i + 1]}]`);

function formatWindow(attributes: WindowAttributes): string {
  const { window_strides, padding, lhs_dilation, rhs_dilation, window_reversal } = attributes;
  const fields: readonly (readonly [string, readonly unknown[] | undefined])[] = [
    ["stride", window_strides],
    ["pad", padding === undefined ? undefined : pairs(padding)],
    ["lhs_dilate", lhs_dilation],
    ["rhs_dilate", rhs_dilation],
    ["reverse", window_reversal],
  ];
  return fields
    .filter(([, values]) => values !== undefined)
    .map(([name, values]) => `${name} = [${values!.join(", ")}]`)
    .join(", ");
}

export const convolutionForm: Form = {
  print(out, operation) {
    const attributes = operation.attributes as WindowAttributes;
    const numbers = out.attribute(operation, findOp(operation.name)!, "dimension_numbers");
    if (numbers?.kind !== "struct") return false;
    out.write(`(${out.namesOf(operation.operands)})`);
    out.write(` dim_numbers = ${formatConvDimensions(numbers.fields)}`);
    out.write(`, window = {${formatWindow(attributes)}}`);
    out.dictionary(operation, ["dimension_numbers", ...windowNames]);
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
