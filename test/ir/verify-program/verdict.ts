/**
 * @file For tests: what the rules of whole programs say of one that is right operation by operation: a compiler's process would not
 * survive what they refuse, or never finish.
 */
import { VerifyError } from "../../../src/ir/errors.js";
import { parseModule } from "../../../src/ir/text/index.js";
import { verifyModule } from "../../../src/ir/verify.js";
import { type ProgramRules, verifyProgram } from "../../../src/ir/verify-program/index.js";

/** What the rules say of a program that verifies: the whole error as a person sees it, or "accepted". */
export function verdict(text: string, rules?: ProgramRules): string {
  const module = parseModule(text);
  verifyModule(module);
  try {
    verifyProgram(module, rules);
    return "accepted";
  } catch (error) {
    if (error instanceof VerifyError) return error.message;
    throw error;
  }
}

export const main = (parameters: string, results: string, body: string): string =>
  `func.func @main(${parameters}) -> ${results} {\n${body}\n}`;

/** One operation on arguments, whose result is returned. */
export const single = (parameters: string, result: string, operation: string): string =>
  main(parameters, result, `  %0 = ${operation}\n  return %0 : ${result}`);
