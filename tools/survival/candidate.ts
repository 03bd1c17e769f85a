/** @file What may be tried in the survival tier: kept when it verifies. Ops of models in it are lowered. */
import { bodyOf, findFunction } from "../../src/ir/analysis/symbols.js";
import { VerifyError } from "../../src/ir/errors.js";
import { type Operation, walk } from "../../src/ir/operation.js";
import { isModelOp } from "../../src/ir/ops/index.js";
import { setAttributes, setOperands } from "../../src/ir/rewriter.js";
import { printModule } from "../../src/ir/text/index.js";
import { DYNAMIC, functionType } from "../../src/ir/types.js";
import { verifyModule } from "../../src/ir/verify.js";
import { runPipeline } from "../../src/passes/index.js";
import { GriffinError } from "../../src/support/errors.js";
import { cpu } from "../../src/targets/cpu.js";
import { lowerModelOps } from "../../src/targets/lower-model-ops.js";

/** A program to try, made when its turn comes: there are many. */
export interface Candidate {
  /** By which it is found again. */
  readonly name: string;
  /** @throws GriffinError where it comes to no program */
  readonly make: () => Operation;
}

/** Makes @main return every tensor of a static shape that it computes: a compiler drops what nothing needs. */
export function returnAll(module: Operation): void {
  const main = findFunction(module, "main");
  const body = main && bodyOf(main);
  if (main === undefined || body?.last?.name !== "func.return" || body.last.operands.length > 0) return;
  const values = body.operations
    .flatMap((operation) => operation.results)
    .filter(({ type }) => type.kind === "tensor" && !type.shape.includes(DYNAMIC));
  setOperands(body.last, values);
  const inputs = body.arguments.map(({ type }) => type);
  const type = functionType(
    inputs,
    values.map((value) => value.type),
  );
  setAttributes(main as Operation, { ...main.attributes, function_type: type });
}

/** As every command does before a plugin sees ops of models. */
function lowerModels(module: Operation): void {
  if (![...walk(module)].some(isModelOp)) return;
  runPipeline(module, [lowerModelOps(cpu)]);
  verifyModule(module);
}

/** The module of a candidate, or undefined where there is none that verifies. */
function verified({ make }: Candidate): Operation | undefined {
  try {
    const module = make();
    verifyModule(module);
    return module;
  } catch (error) {
    if (error instanceof GriffinError) return undefined;
    throw error;
  }
}

/**
 * The program of a candidate, or undefined where it is none.
 * @param onFault learns what lowering says of a program that verified, which it should not, unless it is that a size is beyond what numbers hold
 */
export function programOf(
  candidate: Candidate,
  onFault: (text: string, how: string) => void,
): { readonly text: string; readonly module: Operation } | undefined {
  const module = verified(candidate);
  if (module === undefined) return undefined;
  const before = printModule(module);
  try {
    lowerModels(module);
  } catch (error) {
    if (error instanceof VerifyError && error.constraint === "size") return undefined;
    onFault(before, error instanceof Error ? (error.stack ?? error.message) : String(error));
    return undefined;
  }
  return { text: printModule(module), module };
}
