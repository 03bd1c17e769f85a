/** @file Random numbers. */
import { formatType, isFloat, isStatic, tensorType } from "../types.js";
import { inTypeClass } from "../verify-types.js";
import { constantIntegers } from "./constants.js";
import { DYNAMIC } from "../types.js";
import { defineOp, operand } from "./define.js";
import { rngAlgorithm, rngDistribution } from "./enums.js";
import { checkLength, checkRank, checkSameElements, rankOf, sameSize, typeList } from "./constraints.js";

/** How long the state of an algorithm is, in ui64. */
const stateSizes: Readonly<Record<string, readonly number[]>> = { THREE_FRY: [2], PHILOX: [2, 3] };

const rngBitGenerator = defineOp({
  name: "stablehlo.rng_bit_generator",
  summary: "Uniform random bits, and the state for the next call.",
  operands: [operand("initial_state", "IF")],
  attributes: { rng_algorithm: rngAlgorithm },
  traits: ["pure"],
  infer: (op) => {
    const state = op.tensor(0);
    const sizes = stateSizes[op.attributes.rng_algorithm];
    const isKey = state.element === "ui64" && rankOf(state) === 1;
    op.check(
      !isKey || sizes === undefined || sizes.some((size) => sameSize(size, state.shape[0]!)),
      "rng_bit_generator_c2",
      `${op.attributes.rng_algorithm} needs a state of ${sizes?.join(" or ")} ui64, got ${formatType(state)}`,
    );
    const output = op.resultTensor(1);
    op.check(
      isStatic(output) && inTypeClass(output, "IF"),
      "rng_bit_generator_result",
      `output must be a static tensor of integers or floats, got ${formatType(output)}`,
    );
    return [state, output];
  },
  assembly: { template: "%initial_state, algorithm = $rng_algorithm : F" },
  example:
    "%output_state, %output = stablehlo.rng_bit_generator %arg0, algorithm = THREE_FRY : (tensor<2xui64>) -> (tensor<2xui64>, tensor<4xui32>)",
});

const rng = defineOp({
  name: "stablehlo.rng",
  summary: "Random numbers of a distribution, from a hidden state.",
  operands: [operand("a", "PIF"), operand("b", "PIF"), operand("shape", "IX")],
  attributes: { rng_distribution: rngDistribution },
  traits: ["deprecated"],
  infer: (op) => {
    const [a, b, shape] = [op.tensor(0), op.tensor(1), op.tensor(2)];
    checkRank(op, a, 0, "a", "rng_i1");
    checkRank(op, b, 0, "b", "rng_i2");
    checkRank(op, shape, 1, "shape", "rng_i3");
    op.check(isStatic(shape), "rng_i3", `shape must have a static size, got ${formatType(shape)}`);
    checkSameElements(op, [a, b], "a and b", "rng_c1");
    op.check(
      op.attributes.rng_distribution !== "NORMAL" || isFloat(a.element),
      "rng_c2",
      `a normal distribution makes floats, got ${typeList([a, b])}`,
    );
    const count = shape.shape[0]!;
    if (op.resultTypes.length > 0)
      checkLength(op, op.resultTensor().shape, count, "the result's shape", "rng_c3");
    const sizes = constantIntegers(op.operands[2]!) ?? Array<number>(count).fill(DYNAMIC);
    return [tensorType(sizes, a.element)];
  },
  assembly: { template: "%a, %b, %shape, distribution = $rng_distribution : F" },
  example:
    "%0 = stablehlo.rng %arg0, %arg1, %arg2, distribution = UNIFORM : (tensor<f32>, tensor<f32>, tensor<1xi64>) -> tensor<?xf32>",
});

export const randomOps = [rngBitGenerator, rng] as const;
