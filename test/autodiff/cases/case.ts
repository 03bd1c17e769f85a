/** @file What a case of a rule is: a program of one op, and where its inputs lie. */
import type { Elements } from "../../../src/ir/elements.js";
import { Tensor } from "../../../src/ir/interpret/tensor.js";
import { elementCount, isComplex, isFloat } from "../../../src/ir/types.js";
import { tensor, type } from "../../ir/interpret/tensors.js";
import { randomFrom } from "../vjp-of.js";

/** An input: its type and the interval of its numbers, or integers as they are. */
export type Input = { readonly type: string; readonly from: number; readonly to: number } | string;

export interface Case {
  /** The op whose rule is tried. */
  readonly op: string;
  readonly program: string;
  readonly inputs: readonly Input[];
  /** How far apart the slopes may be, relative to them; 1e-6 unless an op computes in f32. */
  readonly tolerance?: number;
  readonly step?: number;
  /** From how many seeds its numbers come, where it takes long: else from two, and from one in `npm test`. */
  readonly seeds?: number;
}

/** Numbers drawn from [from, to), [-2, 2) unless given. */
export const drawn = (typeText: string, from = -2, to = 2): Input => ({ type: typeText, from, to });

/** `tensor<2x3xf64>` of `2x3xf64`. */
export const tensorText = (typeText: string): string => `tensor<${typeText}>`;

/** A program of one function: %0, %1 ... are its arguments. */
export function program(inputs: readonly Input[], results: readonly string[], body: string): string {
  const typeOf = (input: Input): string =>
    tensorText(typeof input === "string" ? input.split(":")[0]! : input.type);
  const parameters = inputs.map((input, i) => `%a${i}: ${typeOf(input)}`).join(", ");
  const types = results.map(tensorText).join(", ");
  const returned = results.map((_, i) => `%r${i === 0 ? "" : i}`).join(", ");
  return [
    `func.func public @main(${parameters}) -> (${types}) {`,
    body,
    `  return ${returned} : ${types}`,
    "}",
  ].join("\n");
}

/** A case of an op by its program's body, whose results are %r, %r1 ... */
export const one = (
  op: string,
  inputs: readonly Input[],
  results: readonly string[],
  body: string,
  options: Partial<Case> = {},
): Case => ({ op, inputs, program: program(inputs, results, body), ...options });

/** The numbers of a case's inputs by a seed. */
export function inputsOf({ inputs }: Case, seed: number): readonly Elements[] {
  const random = randomFrom(seed);
  return inputs.map((input) => {
    if (typeof input === "string") return tensor(input);
    const { shape, element } = type(input.type);
    const count = elementCount(shape) * (isComplex(element) ? 2 : 1);
    const { from, to } = input;
    const numbers = Float64Array.from({ length: count }, () => from + ((random() + 1) / 2) * (to - from));
    if (!isFloat(element) && !isComplex(element))
      throw new Error(`integers are given as they are: ${input.type}`);
    return Tensor.fromFloats(shape, element, numbers).toElements();
  });
}
