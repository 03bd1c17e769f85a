/** @file Rules of the ops that check results: the check dialect, and custom calls of its names. */
import type { Operation } from "../operation.js";
import { checkTolerances } from "../ops/check.js";
import { formatType, isComplex, isFloat } from "../types.js";
import { type Comparison, describeDifference } from "./compare.js";
import { InterpretError, UnsupportedError, whereOf } from "./errors.js";
import { assertionMessage } from "./shape-assertion.js";
import type { ControlRule, Machine, RuntimeValue } from "./machine.js";
import { Tensor } from "./tensor.js";

/** The comparisons of `custom_call @check.*`, which carries no tolerance of its own. */
const targets: Readonly<Record<string, Comparison>> = {
  "check.expect_eq": { kind: "equal" },
  "check.eq": { kind: "equal" },
  "check.expect_almost_eq": { kind: "almost", tolerance: checkTolerances.almost },
  "check.expect_close": { kind: "close", maxUlps: checkTolerances.closeUlps, minUlps: 0 },
};

/** Whether an operation checks something when it runs. */
export function isCheck(operation: Operation): boolean {
  if (operation.name.startsWith("check.")) return true;
  if (operation.name !== "stablehlo.custom_call") return false;
  return (operation.attributes as { call_target_name?: string }).call_target_name! in targets;
}

function check(
  machine: Machine,
  operation: Operation,
  actual: RuntimeValue,
  expected: RuntimeValue,
  how: Comparison,
): readonly RuntimeValue[] {
  const { type, element } = actual as Tensor;
  if (how.kind === "close" && !isFloat(element) && !isComplex(element))
    throw new InterpretError({
      message: `${operation.name}: units in the last place are those of floats`,
      expected: "floats or complex numbers",
      got: formatType(type),
      where: whereOf(operation),
    });
  const difference = describeDifference(actual as Tensor, expected as Tensor, how);
  machine.report(operation, difference);
  // A custom call may ask for the answer, as tensor<i1>.
  return operation.results.map(() => Tensor.fromBooleans([], [difference === undefined]));
}

/** @throws InterpretError in the words of an assertion about shapes that is false */
function assertShapes(operation: Operation, operands: readonly Tensor[]): readonly RuntimeValue[] {
  if (operands[0]?.numbers.every((bit) => bit !== 0) !== false) return [];
  const message = assertionMessage(operation, (i) => operands[i]?.numbers);
  throw new InterpretError({ message, where: whereOf(operation) });
}

const customCall: ControlRule<"stablehlo.custom_call"> = (operation, operands, machine) => {
  const { call_target_name: target } = operation.attributes;
  if (target === "shape_assertion") return assertShapes(operation, operands as readonly Tensor[]);
  const how = targets[target];
  const [actual, expected] = operands;
  if (how === undefined || actual === undefined || expected === undefined)
    throw new UnsupportedError(
      "custom call",
      `custom_call @${target} is code of some target, not of the program`,
      whereOf(operation),
    );
  return check(machine, operation, actual, expected, how);
};

/** The constant of a check op as a tensor. */
const constantOf = (operation: {
  readonly attributes: { readonly value: Parameters<typeof Tensor.fromElements>[0] };
}): Tensor => Tensor.fromElements(operation.attributes.value);

export const checkRules = {
  "check.expect_almost_eq": ((operation, [actual, expected], machine) => {
    const { tolerance = checkTolerances.almost } = operation.attributes;
    return check(machine, operation, actual!, expected!, { kind: "almost", tolerance });
  }) satisfies ControlRule<"check.expect_almost_eq">,
  "check.expect_almost_eq_const": ((operation, [actual], machine) => {
    const { tolerance = checkTolerances.almost } = operation.attributes;
    return check(machine, operation, actual!, constantOf(operation), { kind: "almost", tolerance });
  }) satisfies ControlRule<"check.expect_almost_eq_const">,
  "check.expect_close": ((operation, [actual, expected], machine) => {
    const { max_ulp_difference: maxUlps, min_ulp_difference: minUlps = 0 } = operation.attributes;
    return check(machine, operation, actual!, expected!, { kind: "close", maxUlps, minUlps });
  }) satisfies ControlRule<"check.expect_close">,
  "check.expect_eq": ((operation, [actual, expected], machine) =>
    check(machine, operation, actual!, expected!, {
      kind: "equal",
    })) satisfies ControlRule<"check.expect_eq">,
  "check.expect_eq_const": ((operation, [actual], machine) =>
    check(machine, operation, actual!, constantOf(operation), {
      kind: "equal",
    })) satisfies ControlRule<"check.expect_eq_const">,
  "stablehlo.custom_call": customCall,
} as const;
