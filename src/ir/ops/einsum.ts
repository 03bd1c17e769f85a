/** @file einsum and unary_einsum: sums of products by Einstein's notation, as XLA reads it. */
import { DYNAMIC, formatType, type TensorType } from "../types.js";
import { rankOf, tensors, type View } from "./constraints.js";
import { defineOp, operand, type OpView } from "./define.js";
import { string } from "./kinds.js";
import { tensorOf } from "./shape-checks.js";

/** Dimensions of operands and of the result by name; those of an ellipsis are named by their place from its end. */
interface Notation {
  readonly operands: readonly (readonly string[])[];
  readonly result: readonly string[];
}

type Complain = (message: string) => never;

/** The letters of one side, an ellipsis being one of them. */
function lettersOf(text: string, complain: Complain): readonly string[] {
  const letters = text.match(/\.\.\.|[A-Za-z]/g) ?? [];
  if (letters.join("") !== text.replaceAll(" ", ""))
    complain(`"${text.trim()}" has more than letters and one "..."`);
  if (letters.filter((letter) => letter === "...").length > 1) complain(`"${text.trim()}" has two ellipses`);
  return letters;
}

const namesOf = (letters: readonly string[], ellipsis: number): readonly string[] =>
  letters.flatMap((letter) =>
    letter === "..."
      ? Array.from({ length: ellipsis }, (_, i) => `dimension ${ellipsis - i} from the end of "..."`)
      : [letter],
  );

/** Reads `ab,bc->ac`, whose ellipses stand for what the letters leave of operands. */
function readNotation(config: string, types: readonly TensorType[], complain: Complain): Notation {
  const sides = config.split("->");
  if (sides.length !== 2) return complain('it must have one "->"');
  const inputs = sides[0]!.split(",");
  if (inputs.length !== types.length)
    return complain(`it names ${inputs.length} operands, the op takes ${types.length}`);
  const letters = inputs.map((text) => lettersOf(text, complain));
  const spare = letters.map((side, i) => {
    const left = rankOf(types[i]!) - side.filter((letter) => letter !== "...").length;
    if (left < 0 || (left > 0 && !side.includes("...")))
      complain(`"${inputs[i]!.trim()}" does not name the dimensions of ${formatType(types[i]!)}`);
    return left;
  });
  const result = lettersOf(sides[1]!, complain);
  return {
    operands: letters.map((side, i) => namesOf(side, spare[i]!)),
    result: namesOf(result, Math.max(...spare)),
  };
}

/** The size of a dimension that has both; one of size 1 is repeated. Undefined when they do not fit. */
function together(a: number | undefined, b: number): number | undefined {
  if (a === undefined || a === 1 || a === b) return b;
  if (b === 1 || b === DYNAMIC) return a;
  return a === DYNAMIC ? b : undefined;
}

function inferEinsum(op: OpView<{ readonly einsum_config: string }> & View, name: string): TensorType {
  const { einsum_config: config } = op.attributes;
  const types = tensors(op);
  const complain = (message: string): never => {
    op.check(false, `${name}_config`, `config "${config}": ${message}`);
    throw new Error("a check that does not hold throws");
  };
  const notation = readNotation(config, types, complain);
  const sizes = new Map<string, number>();
  let differs = false;
  notation.operands.forEach((names, i) => {
    names.forEach((dimension, at) => {
      const [known, size] = [sizes.get(dimension), types[i]!.shape[at]!];
      const both = together(known, size);
      if (both === undefined && op.resultTypes.length === 0)
        complain(`${dimension} has sizes ${known} and ${size}`);
      differs ||= both === undefined;
      sizes.set(dimension, both ?? size);
    });
  });
  if (new Set(notation.result).size !== notation.result.length) complain("the result has a dimension twice");
  const shape = notation.result.map((dimension) => {
    const size = sizes.get(dimension) ?? complain(`${dimension} of the result is in no operand`);
    return { size, bound: DYNAMIC };
  });
  // MLIR reads sizes that differ all the same; no plugin takes the op.
  return differs ? op.resultTensor() : tensorOf(shape, resultElement(op, types));
}

/** What is asked for, which may be wider than the operands; without that, theirs. */
function resultElement(op: View, types: readonly TensorType[]): TensorType["element"] {
  return op.resultTypes.length === 0 ? types[0]!.element : op.resultTensor().element;
}

const einsum = defineOp({
  name: "stablehlo.einsum",
  summary: "A sum of products by Einstein's notation.",
  operands: [operand("lhs", "PIFCQ"), operand("rhs", "PIFCQ")],
  attributes: { einsum_config: string },
  traits: ["pure", "deprecated"],
  infer: (op) => [inferEinsum(op, "einsum")],
  assembly: { template: "%lhs, %rhs, config = $einsum_config : F" },
  example:
    '%0 = stablehlo.einsum %arg0, %arg1, config = "ab,bc->ac" : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>',
});

const unaryEinsum = defineOp({
  name: "stablehlo.unary_einsum",
  summary: "Sums and transpositions of one operand by Einstein's notation.",
  operands: [operand("operand", "PIFCQ")],
  attributes: { einsum_config: string },
  traits: ["pure", "deprecated"],
  infer: (op) => [inferEinsum(op, "unary_einsum")],
  assembly: { template: "%operand, config = $einsum_config : F" },
  example: '%0 = stablehlo.unary_einsum %arg0, config = "ab->a" : (tensor<2x3xf32>) -> tensor<2xf32>',
});

export const einsumOps = [einsum, unaryEinsum] as const;
