/** @file `stablehlo.slice %x [1:3, 0:4:2] : F` */
import { formatFunctionType } from "../../types.js";
import type { Form } from "./form.js";

interface SliceAttributes {
  readonly start_indices: readonly number[];
  readonly limit_indices: readonly number[];
  readonly strides: readonly number[];
}

export const sliceForm: Form = {
  print(out, operation) {
    const attributes = operation.attributes as unknown as SliceAttributes;
    const { start_indices: starts, limit_indices: limits, strides } = attributes;
    if (limits.length !== starts.length || strides.length !== starts.length) return false;
    const ranges = starts.map((start, i) => {
      const stride = strides[i] === 1 ? "" : `:${strides[i]}`;
      return `${start}:${limits[i]}${stride}`;
    });
    out.write(` ${out.namesOf(operation.operands)} [${ranges.join(", ")}]`);
    out.dictionary(operation, ["start_indices", "limit_indices", "strides"]);
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
