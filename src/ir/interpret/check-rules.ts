/** @file Rules of the ops that tell something of values: the check dialect, custom calls of its names, and prints. */
import type { Elements } from "../elements.js";
import type { Operation, Value } from "../operation.js";
import { checkTolerances } from "../ops/check.js";
import { isOp } from "../ops/index.js";
import { formatType, isStatic } from "../types.js";
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

/** Whether an operation is there to check something when it runs, also one that cannot be run here. */
export function isCheck(operation: Operation): boolean {
  if (operation.name.startsWith("check.")) return true;
  if (!isOp(operation, "stablehlo.custom_call")) return false;
  return Object.hasOwn(targets, operation.attributes.call_target_name);
}

/** How an operation compares, when it is one that checks results: of the check dialect, or a custom call of such a name and two operands. */
export function comparisonOf(operation: Operation): Comparison | undefined {
  if (isOp(operation, "stablehlo.custom_call")) {
    const { call_target_name: target } = operation.attributes;
    return operation.operands.length === 2 && Object.hasOwn(targets, target) ? targets[target] : undefined;
  }
  if (isOp(operation, "check.expect_eq", "check.expect_eq_const")) return { kind: "equal" };
  if (isOp(operation, "check.expect_almost_eq", "check.expect_almost_eq_const"))
    return { kind: "almost", tolerance: operation.attributes.tolerance ?? checkTolerances.almost };
  if (!isOp(operation, "check.expect_close")) return undefined;
  const { max_ulp_difference: maxUlps, min_ulp_difference: minUlps = 0 } = operation.attributes;
  return { kind: "close", maxUlps, minUlps };
}

function compare(
  operation: Operation,
  [actual, expected]: readonly RuntimeValue[],
  machine: Machine,
): readonly RuntimeValue[] {
  const comparer = { name: operation.name, where: whereOf(operation) };
  const how = comparisonOf(operation)!;
  const difference = describeDifference(comparer, actual as Tensor, expected as Tensor, how);
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

/** @throws UnsupportedError for a result that is no tensor of a known size */
function zerosLike({ type, owner }: Value): Tensor {
  if (type.kind === "tensor" && isStatic(type)) return Tensor.zeros(type.shape, type.element);
  throw new UnsupportedError(
    "custom call",
    `custom_call @AllocateBuffer makes a ${formatType(type)}, whose size is not known`,
    whereOf(owner as Operation),
  );
}

/** What says where a value lies, and computes nothing. */
const placements: ReadonlySet<string> = new Set([
  "Sharding",
  "LayoutConstraint",
  "annotate_device_placement",
]);

const isPlacement = ({ operands, results }: Operation, target: string): boolean =>
  placements.has(target) &&
  operands.length === 1 &&
  results.length === 1 &&
  operands[0]!.type === results[0]!.type;

const customCall: ControlRule<"stablehlo.custom_call"> = (operation, operands, machine) => {
  const { call_target_name: target } = operation.attributes;
  if (target === "shape_assertion") return assertShapes(operation, operands as readonly Tensor[]);
  // Memory of any content: zeros are one.
  if (target === "AllocateBuffer") return operation.results.map(zerosLike);
  if (isPlacement(operation, target)) return operands;
  if (comparisonOf(operation) === undefined)
    throw new UnsupportedError(
      "custom call",
      `custom_call @${target} is code of some target, not of the program`,
      whereOf(operation),
    );
  return compare(operation, operands, machine);
};

/** Of an op that compares with its attribute `value`. */
const compareWithValue = (
  operation: Operation & { readonly attributes: { readonly value: Elements } },
  [actual]: readonly RuntimeValue[],
  machine: Machine,
): readonly RuntimeValue[] =>
  compare(operation, [actual!, Tensor.fromElements(operation.attributes.value)], machine);

/** Hands the value to whoever listens. */
const print: ControlRule<"interpreter.print"> = (operation, [value], machine) => {
  machine.print(operation, value as Tensor);
  return [];
};

export const checkRules = {
  "check.expect_almost_eq": compare,
  "check.expect_almost_eq_const": compareWithValue satisfies ControlRule<"check.expect_almost_eq_const">,
  "check.expect_close": compare,
  "check.expect_eq": compare,
  "check.expect_eq_const": compareWithValue satisfies ControlRule<"check.expect_eq_const">,
  "interpreter.print": print,
  "stablehlo.custom_call": customCall,
} as const;
