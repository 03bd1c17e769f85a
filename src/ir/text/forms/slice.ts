/** @file `stablehlo.slice %x [1:3, 0:4:2] : F` */
import type { Integer } from "../../integers.js";
import { parseAnyInteger } from "../context.js";
import { functionTail, parseFunctionTail } from "./common.js";
import type { Form } from "./form.js";

interface SliceAttributes {
  readonly start_indices: readonly Integer[];
  readonly limit_indices: readonly Integer[];
  readonly strides: readonly Integer[];
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
    out.write(functionTail(operation));
    return true;
  },
  parse(input, definition) {
    const { cursor, context } = input;
    const operands = [input.use()];
    const ranges = context.list("[", "]", () => {
      const start = parseAnyInteger(context);
      cursor.expect(":", "and the limit");
      const limit = parseAnyInteger(context);
      return { start, limit, stride: cursor.accept(":") ? parseAnyInteger(context) : 1 };
    });
    const typed: SliceAttributes = {
      start_indices: ranges.map(({ start }) => start),
      limit_indices: ranges.map(({ limit }) => limit),
      strides: ranges.map(({ stride }) => stride),
    };
    const attributes = input.attributes(definition, input.optionalEntries(), { ...typed });
    return { operands, resultTypes: parseFunctionTail(input, operands), ...attributes };
  },
};
