/**
 * @file `stablehlo.dot_general %a, %b, batching_dims = [0] x [0], contracting_dims = [2] x [1], precision =
 * [..] : F`
 */
import { findOp } from "../../ops/index.js";
import type { AttributeKind } from "../../ops/kinds.js";
import { parseIntegers } from "../context.js";
import { parseStructBody } from "../parse-structs.js";
import { parseShort } from "../parse-template.js";
import { formatShort } from "../print-template.js";
import { functionTail, parseFunctionTail } from "./common.js";
import type { Form, FormParser } from "./form.js";

interface DotAttributes {
  readonly dot_dimension_numbers: {
    readonly lhs_batching_dimensions: readonly number[];
    readonly rhs_batching_dimensions: readonly number[];
    readonly lhs_contracting_dimensions: readonly number[];
    readonly rhs_contracting_dimensions: readonly number[];
  };
}

const list = (dimensions: readonly number[]): string => `[${dimensions.join(", ")}]`;

/** `= [0] x [1]`. */
function parsePair({ cursor, context }: FormParser): readonly [number[], number[]] {
  cursor.expect("=");
  const lhs = parseIntegers(context);
  cursor.expectWord("x");
  return [lhs, parseIntegers(context)];
}

function parseAlgorithm(input: FormParser, kind: AttributeKind): unknown {
  const { cursor, context } = input;
  const at = cursor.start;
  if (cursor.kind !== "<")
    return kind.fromAttribute(parseShort(input, kind)) ?? cursor.fail(`expected ${kind.name}`, at);
  const fields = parseStructBody(context, kind.name);
  const value = kind.fromAttribute({ kind: "struct", dialect: "stablehlo", name: kind.name, fields });
  return value ?? cursor.fail("the algorithm lacks fields, or has them of other types", at);
}

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
    out.write(functionTail(operation));
    return true;
  },
  parse(input, definition) {
    const { cursor } = input;
    const operands = input.uses();
    cursor.expect(",");
    const [lhsBatch, rhsBatch] = cursor.acceptWord("batching_dims")
      ? parsePair(input)
      : [undefined, undefined];
    if (lhsBatch !== undefined) cursor.expect(",");
    cursor.expectWord("contracting_dims");
    const [lhsSum, rhsSum] = parsePair(input);
    const typed: Record<string, unknown> = {
      dot_dimension_numbers: {
        lhs_batching_dimensions: lhsBatch ?? [],
        rhs_batching_dimensions: rhsBatch ?? [],
        lhs_contracting_dimensions: lhsSum,
        rhs_contracting_dimensions: rhsSum,
      },
    };
    while (cursor.accept(",")) {
      const isPrecision = cursor.isWord("precision") && typed.precision_config === undefined;
      if (!isPrecision && !(cursor.isWord("algorithm") && typed.algorithm === undefined))
        cursor.failExpected("precision or algorithm");
      cursor.advance();
      cursor.expect("=");
      const at = cursor.start;
      if (!isPrecision) typed.algorithm = parseAlgorithm(input, definition.attributes.algorithm!);
      else {
        const kind = definition.attributes.precision_config!;
        typed.precision_config =
          kind.fromAttribute(parseShort(input, kind)) ?? cursor.fail("expected DEFAULT, HIGH or HIGHEST", at);
      }
    }
    const attributes = input.attributes(definition, input.optionalEntries(), typed);
    return { operands, resultTypes: parseFunctionTail(input, operands), ...attributes };
  },
};
