/** @file Programs in, programs out. */
import { ParseError } from "../../../src/ir/errors.js";
import {
  parseModule,
  type ParseOptions,
  printModule,
  type PrintOptions,
} from "../../../src/ir/text/index.js";

/** The program as the printer writes it. */
export const reprint = (text: string, options: PrintOptions = {}): string =>
  printModule(parseModule(text, { allowUnknownOps: true }), options);

/** A module around a function `@main` with this head (from the opening parenthesis) and body. */
export const inMain = (head: string, ...lines: readonly string[]): string =>
  ["module {", `  func.func @main${head} {`, ...lines.map((line) => `    ${line}`), "  }", "}", ""].join(
    "\n",
  );

/** The message of the error that a text is refused with. */
export function refusal(text: string, options: ParseOptions = {}): string {
  try {
    parseModule(text, options);
  } catch (error) {
    if (error instanceof ParseError) return error.message;
    throw error;
  }
  return "it parses";
}
