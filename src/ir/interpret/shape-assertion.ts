/** @file custom_call @shape_assertion, by which JAX asks that sizes be as a program was traced for. */
import type { Operation } from "../operation.js";

/** The words of an assertion, `{0}`, `{1}` ... in them replaced by the numbers of the operands after the first. */
export function assertionMessage(
  { extra }: Operation,
  numbersOf: (operand: number) => readonly number[] | undefined,
): string {
  const words = extra.get("error_message");
  const message = words?.kind === "string" ? words.value : "an assertion about shapes does not hold";
  return message.replace(
    /\{(\d+)[^{}]*\}/g,
    (whole, i: string) => numbersOf(Number(i) + 1)?.join(", ") ?? whole,
  );
}
