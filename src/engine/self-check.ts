/**
 * @file Programs that say themselves what is right, with check.expect_* (as ops, or as custom calls). The checks are taken out, the
 * program returns what they compared, and the comparison is done here: any plugin can run it.
 */
import type { Elements } from "../ir/elements.js";
import { Tensor } from "../ir/interpret/tensor.js";
import type { Operation, Value } from "../ir/operation.js";
import { isOp, type OperationOf } from "../ir/ops/index.js";
import { eraseOperation, setAttributes, setOperands } from "../ir/rewriter.js";
import { printModule } from "../ir/text/index.js";
import { formatType, functionType, type TensorType } from "../ir/types.js";
import type { Client } from "../runtime-pjrt/index.js";
import { type Difference, type Expectation, findDifference } from "./compare-values.js";
import { findMain, mainSignature, ProgramError } from "./stablehlo-program.js";

/** One check: results of the rewritten program, or a result and a constant. */
interface Check {
  readonly expectation: Expectation;
  readonly type: TensorType;
  readonly actual: number;
  readonly expected: number | Elements;
}

/** What one check found; `difference` is the first element that is off. */
export interface CheckResult {
  readonly expectation: Expectation["kind"];
  readonly type: string;
  readonly passed: boolean;
  readonly difference: Difference | undefined;
}

/** Tolerances of the custom calls, and the default of the ops. */
const ALMOST = 1e-4;
const CLOSE_ULPS = 3;

/** Runs a program and its checks; the module is used up. @throws ProgramError when it has none, PjrtError */
export async function selfCheck(client: Client, module: Operation): Promise<readonly CheckResult[]> {
  const checks = takeOutChecks(module);
  const signature = mainSignature(module);
  using executable = await client.compile({ program: printModule(module), signature });
  const buffers = await executable.execute([]);
  const results = await Promise.all(buffers.map((buffer) => buffer.toHost()));
  for (const buffer of buffers) buffer.close();
  return checks.map((check) => judge(check, results));
}

/** Removes the checks of the entry function, which becomes @main and returns what they compared. */
function takeOutChecks(module: Operation): readonly Check[] {
  const main = findEntry(module);
  const body = main.regions[0]!.entry;
  const returned: Value[] = [];
  const checks: Check[] = [];
  const add = (value: Value): number => returned.push(value) - 1;
  for (const operation of body.operations) {
    const expectation = expectationOf(operation);
    if (expectation === undefined) continue;
    const [actual, expected] = operation.operands as [Value, Value | undefined];
    const constant = operation.attributes.value as Elements | undefined;
    checks.push({
      expectation,
      type: actual.type as TensorType,
      actual: add(actual),
      expected: expected === undefined ? constant! : add(expected),
    });
    eraseOperation(operation);
  }
  if (checks.length === 0)
    throw new ProgramError("the program checks nothing", { expected: "check.expect_*" });
  setOperands(body.last!, returned);
  const { arg_attrs: _arguments, res_attrs: _results, ...attributes } = main.attributes;
  const type = functionType(
    [],
    returned.map((value) => value.type),
  );
  setAttributes(main, { ...attributes, sym_name: "main", sym_visibility: "public", function_type: type });
  return checks;
}

/** @main, or else the only function that takes nothing. @throws ProgramError when there is neither */
function findEntry(module: Operation): OperationOf<"func.func"> & Operation {
  const functions = [...module.regions[0]!.entry].filter((operation) => isOp(operation, "func.func"));
  const entries = functions.filter((func) => func.attributes.function_type.inputs.length === 0);
  const hasMain = functions.some((func) => func.attributes.sym_name === "main");
  const main = hasMain || entries.length !== 1 ? findMain(module) : entries[0]!;
  if (main.attributes.function_type.inputs.length === 0) return main;
  throw new ProgramError("a program that checks itself takes no arguments", {
    got: formatType(main.attributes.function_type),
  });
}

function expectationOf(operation: Operation): Expectation | undefined {
  if (isOp(operation, "stablehlo.custom_call")) {
    switch (operation.attributes.call_target_name) {
      case "check.expect_eq":
        return { kind: "equal" };
      case "check.expect_almost_eq":
        return { kind: "almost", tolerance: ALMOST };
      case "check.expect_close":
        return { kind: "close", least: 0, most: CLOSE_ULPS };
    }
    return undefined;
  }
  if (isOp(operation, "check.expect_eq") || isOp(operation, "check.expect_eq_const"))
    return { kind: "equal" };
  if (isOp(operation, "check.expect_almost_eq") || isOp(operation, "check.expect_almost_eq_const")) {
    return { kind: "almost", tolerance: operation.attributes.tolerance ?? ALMOST };
  }
  if (isOp(operation, "check.expect_close")) {
    const { min_ulp_difference: least = 0, max_ulp_difference: most } = operation.attributes;
    return { kind: "close", least: Number(least), most: Number(most) };
  }
  return undefined;
}

function judge({ expectation, type, actual, expected }: Check, results: readonly Uint8Array[]): CheckResult {
  const wanted = typeof expected === "number" ? results[expected]! : Tensor.fromElements(expected).bytes;
  const difference = findDifference(expectation, type, results[actual]!, wanted);
  return {
    expectation: expectation.kind,
    type: formatType(type),
    passed: difference === undefined,
    difference,
  };
}
