/** @file chlo ops by their decomposition: run on numbers, and what is left of the module. */
import { elementsFromNumbers, type Elements } from "../../../src/ir/elements.js";
import { interpretFunction } from "../../../src/ir/interpret/index.js";
import { Tensor } from "../../../src/ir/interpret/tensor.js";
import { walk } from "../../../src/ir/operation.js";
import { parseModule } from "../../../src/ir/text/index.js";
import { type ElementType, formatType, type TensorType, tensorType } from "../../../src/ir/types.js";
import { verifyModule } from "../../../src/ir/verify.js";
import { decomposeChlo } from "../../../src/lowering/chlo/index.js";

const inputs = (operands: readonly Elements[]): string =>
  operands.map(({ type }, i) => `%x${i}: ${formatType(type)}`).join(", ");

/** Runs `line`, which makes %0 ... of %x0, %x1 ..., after decomposing it; the results. */
export function run(
  line: string,
  operands: readonly Elements[],
  results: readonly TensorType[],
): readonly Elements[] {
  const names = line.includes("%a, %b =") ? "%a, %b" : results.map((_, i) => `%0#${i}`).join(", ");
  const types = results.map(formatType).join(", ");
  const module = parseModule(
    `func.func @main(${inputs(operands)}) -> (${types}) {\n${line}\nreturn ${names} : ${types}\n}`,
  );
  decomposeChlo(module);
  verifyModule(module);
  const left = [...walk(module)].filter(({ name }) => name.startsWith("chlo."));
  if (left.length > 0) throw new Error(`${left[0]!.name} is still there`);
  return interpretFunction(module, "main", operands);
}

/** Numbers as a vector of `element`. */
export const vector = (element: ElementType, values: readonly number[]): Elements =>
  elementsFromNumbers(tensorType([values.length], element), values);

export const numbersOf = (elements: Elements): number[] => Array.from(Tensor.fromElements(elements).floats);

/** A unary chlo op on numbers of one element type. */
export function unary(name: string, values: readonly number[], element: ElementType = "f64"): number[] {
  const x = vector(element, values);
  const type = formatType(x.type);
  return numbersOf(run(`%0 = chlo.${name} %x0 : ${type} -> ${type}`, [x], [x.type])[0]!);
}

/** A binary chlo op on numbers of one element type. */
export function binary(
  name: string,
  a: readonly number[],
  b: readonly number[],
  element: ElementType = "f64",
): number[] {
  const [x, y] = [vector(element, a), vector(element, b)];
  const type = formatType(x.type);
  return numbersOf(run(`%0 = chlo.${name} %x0, %x1 : ${type}, ${type} -> ${type}`, [x, y], [x.type])[0]!);
}

/** A unary chlo op on complex numbers, given and returned as [re, im]. */
export function complexUnary(
  name: string,
  values: readonly (readonly [number, number])[],
  element: "complex<f32>" | "complex<f64>" = "complex<f64>",
): (readonly [number, number])[] {
  const x = Tensor.fromFloats([values.length], element, values.flat()).toElements();
  const type = formatType(x.type);
  const parts = numbersOf(run(`%0 = chlo.${name} %x0 : ${type} -> ${type}`, [x], [x.type])[0]!);
  return values.map((_, i) => [parts[2 * i]!, parts[2 * i + 1]!]);
}
