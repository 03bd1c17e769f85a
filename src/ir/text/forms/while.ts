/**
 * @file `stablehlo.while(%iterArg = %x) : T cond { .. } do { .. }`: both regions see the same argument names.
 */
import type { Operation } from "../../operation.js";
import { formatType } from "../../types.js";
import { parseOperandTypes } from "./common.js";
import type { Form } from "./form.js";

/** Whether regions and results have the operands' types, which are all that the form writes. */
const hasOneTypeEach = ({ operands, results, regions }: Operation): boolean =>
  [results, ...regions.map(({ blocks }) => blocks[0]?.arguments)].every(
    (values) =>
      values?.length === operands.length && values.every(({ type }, i) => type === operands[i]!.type),
  );

export const whileForm: Form = {
  print(out, operation) {
    const { operands, regions } = operation;
    const [condition, body] = regions;
    const names = condition?.blocks[0]?.arguments;
    if (names === undefined || body === undefined || !hasOneTypeEach(operation)) return false;
    const pairs = operands.map((value, i) => `${out.nameOf(names[i]!)} = ${out.nameOf(value)}`);
    out.write(`(${pairs.join(", ")})`);
    if (operands.length > 0) out.write(` : ${operands.map((value) => formatType(value.type)).join(", ")}`);
    out.dictionary(operation, [], " attributes");
    out.newLine();
    out.write("cond ");
    out.region(condition!, { labelled: false });
    out.write(" do ");
    out.region(body, { labelled: false });
    return true;
  },
  written: () => ({ arguments: [], operations: true }),
  parse(input, definition) {
    const { cursor, context } = input;
    const pairs = context.list("(", ")", () => {
      const at = cursor.start;
      const name = cursor.expect("value");
      cursor.expect("=");
      return { name, at, value: input.use() };
    });
    const operands = pairs.map(({ value }) => value);
    const types = operands.length === 0 ? [] : parseOperandTypes(input, operands);
    const entries = cursor.acceptWord("attributes") ? input.optionalEntries() : [];
    const declared = pairs.map(({ name, at, value }, i) => ({
      name,
      at,
      type: types[i]!,
      location: value.location,
    }));
    cursor.expectWord("cond");
    const condition = input.region(definition.name, declared);
    cursor.expectWord("do");
    const body = input.region(definition.name, declared);
    return {
      operands,
      resultTypes: types,
      regions: [condition, body],
      ...input.attributes(definition, entries),
    };
  },
};
