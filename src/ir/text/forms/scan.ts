/** @file chlo.scan: `(%x) inits (%h) dimension=0 { ^bb0(..): .. } : F`. */
import type { OperationOf } from "../../ops/index.js";
import { parseInteger } from "../context.js";
import { functionTail, parseFunctionTail } from "./common.js";
import type { Form } from "./form.js";

/** Written before the attributes, or following from the operands and results. */
const written = ["dimension", "operandSegmentSizes", "resultSegmentSizes"];

export const scanForm: Form = {
  print(out, operation) {
    const { dimension, operandSegmentSizes } = (operation as OperationOf<"chlo.scan">).attributes;
    const [inputs = 0, inits = 0] = operandSegmentSizes;
    const { operands } = operation;
    if (inputs + inits !== operands.length || operation.regions.length !== 1) return false;
    out.write(`(${out.namesOf(operands.slice(0, inputs))}) inits (${out.namesOf(operands.slice(inputs))})`);
    out.write(` dimension=${dimension}`);
    out.dictionary(operation, written, " attributes");
    out.write(" ");
    out.region(operation.regions[0]!, { labelled: true });
    out.write(functionTail(operation));
    return true;
  },
  parse(input, definition) {
    const { cursor, context } = input;
    const inputs = context.list("(", ")", () => input.use());
    cursor.expectWord("inits");
    const inits = context.list("(", ")", () => input.use());
    cursor.expectWord("dimension");
    cursor.expect("=");
    const dimension = parseInteger(context);
    const entries = cursor.acceptWord("attributes") ? input.optionalEntries() : [];
    const regions = [input.region(definition.name)];
    const operands = [...inputs, ...inits];
    const resultTypes = parseFunctionTail(input, operands);
    const attributes = input.attributes(definition, entries, {
      dimension,
      operandSegmentSizes: [inputs.length, inits.length],
      resultSegmentSizes: [resultTypes.length - inits.length, inits.length],
    });
    return { operands, regions, resultTypes, ...attributes };
  },
};
