/**
 * @file `stablehlo.convolution(%x, %w) dim_numbers = [..]x[..]->[..], window = {stride = [1], pad = [[3, 0]]}
 * {..} : F`
 */
import type { Integer } from "../../integers.js";
import { findOp } from "../../ops/index.js";
import { type IntegerMatrix, integerMatrix } from "../../ops/kinds.js";
import { type ParseContext, parseBool, parseInteger, parseAnyIntegers } from "../context.js";
import { parseConvDimensions } from "../parse-structs.js";
import { formatConvDimensions } from "../print-attributes.js";
import { functionTail, parseFunctionTail } from "./common.js";
import type { Form, FormParser } from "./form.js";

interface WindowAttributes {
  readonly window_strides?: readonly Integer[];
  readonly padding?: IntegerMatrix;
  readonly lhs_dilation?: readonly Integer[];
  readonly rhs_dilation?: readonly Integer[];
  readonly window_reversal?: readonly boolean[];
}

/** Attributes by the words of the pretty form. */
const windowFields: ReadonlyMap<string, string> = new Map([
  ["stride", "window_strides"],
  ["pad", "padding"],
  ["lhs_dilate", "lhs_dilation"],
  ["rhs_dilate", "rhs_dilation"],
  ["reverse", "window_reversal"],
]);
const windowNames = [...windowFields.values()];

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
    const dimensions = numbers?.kind === "struct" ? formatConvDimensions(numbers.fields) : "raw";
    if (dimensions.startsWith("raw")) return false;
    out.write(`(${out.namesOf(operation.operands)})`);
    out.write(` dim_numbers = ${dimensions}`);
    out.write(`, window = {${formatWindow(attributes)}}`);
    out.dictionary(operation, ["dimension_numbers", ...windowNames]);
    out.write(functionTail(operation));
    return true;
  },
  parse(input, definition) {
    const { cursor, context } = input;
    const operands = context.list("(", ")", () => input.use());
    cursor.expectWord("dim_numbers");
    cursor.expect("=");
    const at = cursor.start;
    const fields = parseConvDimensions(context);
    const kind = definition.attributes.dimension_numbers!;
    const numbers = kind.fromAttribute({ kind: "struct", dialect: "stablehlo", name: "conv", fields });
    if (numbers === undefined) cursor.fail("the dimensions do not fit", at);
    cursor.expect(",");
    cursor.expectWord("window");
    cursor.expect("=");
    const typed = { dimension_numbers: numbers, ...parseWindow(input) };
    const attributes = input.attributes(definition, input.optionalEntries(), typed);
    return { operands, resultTypes: parseFunctionTail(input, operands), ...attributes };
  },
};

/** `{stride = [2, 1], pad = [[1, 1]], reverse = [false]}`, in any order. */
function parseWindow({ cursor, context }: FormParser): Record<string, unknown> {
  const window: Record<string, unknown> = {};
  const field = (): void => {
    const at = cursor.start;
    const word = cursor.expect("name", "of a window field");
    const name = windowFields.get(word) ?? cursor.fail(`no such window field: ${word}`, at);
    if (Object.hasOwn(window, name)) cursor.fail(`window field ${word} is given twice`, at);
    cursor.expect("=");
    if (name === "padding") {
      const rows = context.list("[", "]", () => parsePadding(context));
      window[name] = integerMatrix(rows, 2);
    } else {
      window[name] = name === "window_reversal" ? parseReversal(context) : parseAnyIntegers(context);
    }
  };
  cursor.expect("{");
  while (cursor.kind !== "}") {
    field();
    // A comma may follow the last field, too.
    if (!cursor.accept(",")) break;
  }
  cursor.expect("}");
  return window;
}

function parsePadding(context: ParseContext): readonly [Integer, Integer] {
  const at = context.cursor.start;
  const [low, high, ...rest] = parseAnyIntegers(context);
  if (low === undefined || high === undefined || rest.length > 0)
    return context.cursor.fail("padding is a pair of integers for each dimension", at);
  return [low, high];
}

const parseReversal = (context: ParseContext): boolean[] =>
  context.list("[", "]", () =>
    context.cursor.kind === "name" ? parseBool(context) : parseInteger(context) !== 0,
  );
