/**
 * @file Programs for the survival tier, one for each seed: a small valid program of one or a few operations, changed at random, or one that only takes
 * values of any types; with other operations on its values, and kept when it verifies. Ops of models in it are lowered. Types change in the same way everywhere in a program, numbers in attributes one by one.
 */
import { VerifyError } from "../../src/ir/errors.js";
import { GriffinError } from "../../src/support/errors.js";
import { type Operation, walk } from "../../src/ir/operation.js";
import { isModelOp } from "../../src/ir/ops/index.js";
import { parseModule, printModule } from "../../src/ir/text/index.js";
import { verifyModule } from "../../src/ir/verify.js";
import { DYNAMIC, functionType } from "../../src/ir/types.js";
import { bodyOf, findFunction } from "../../src/ir/analysis/symbols.js";
import { setAttributes, setOperands } from "../../src/ir/rewriter.js";
import { runPipeline } from "../../src/passes/index.js";
import { cpu } from "../../src/targets/cpu.js";
import { lowerModelOps } from "../../src/targets/lower-model-ops.js";
import { randomNumbers } from "../conformance/random-numbers.js";
import { pick, type Random } from "./append.js";
import { appendOperations } from "./appended.js";
import { setValueAttributes } from "./attributes.js";
import { computed, elements } from "./elements.js";

/** Mostly small; those at the end are where sizes of integers end. */
const sizes = [
  0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 9, 12, 16, 17, 31, 32, 33, 64, 127, 128, 1000, 65536,
];
const smallSizes = [0, 1, 1, 2, 2, 3, 4, 5, 8, 17];
const hugeSizes = [2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 40, 2 ** 53 - 1];
const numbers = [-9, -2, -1, 0, 0, 1, 1, 2, 3, 4, 5, 7, 8, 16, 100];

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Changes one element type into another wherever it stands in a type. */
function changeElement(text: string, random: Random): string {
  const used = [
    ...new Set([...text.matchAll(/tensor<(?:[\d?]+x)*([^,>]+(?:<f\d+>)?)/g)].map((match) => match[1]!)),
  ];
  if (used.length === 0) return text;
  const from = new RegExp(`(?<=[<x])${escaped(pick(random, used))}(?=[,>])`, "g");
  return text.replace(from, pick(random, elements));
}

/** Changes one size into another wherever it stands in a type. */
function changeSize(text: string, random: Random): string {
  const used = [...new Set([...text.matchAll(/(?<=[<x])(\d+)(?=x)/g)].map((match) => match[1]!))];
  if (used.length === 0) return text;
  const to = random(40) === 0 ? pick(random, hugeSizes) : pick(random, sizes);
  return text.replace(new RegExp(`(?<=[<x])${pick(random, used)}(?=x)`, "g"), `${to}`);
}

/** Changes one number outside of types. */
function changeNumber(text: string, random: Random): string {
  const found = [...text.matchAll(/(?<![%@\w<.])-?\d+(?![\dx.\w])/g)];
  if (found.length === 0) return text;
  const { index, 0: number } = pick(random, found);
  const to = random(60) === 0 ? pick(random, hugeSizes) : pick(random, numbers);
  return `${text.slice(0, index)}${to}${text.slice(index + number.length)}`;
}

/** Adds a dimension in front of, or takes one from, every type of one rank. */
function changeRank(text: string, random: Random): string {
  if (random(2) === 0) return text.replace(/tensor<\d+x/g, "tensor<");
  return text.replace(/tensor</g, `tensor<${pick(random, sizes)}x`);
}

const changes = [
  changeElement,
  changeSize,
  changeSize,
  changeSize,
  changeNumber,
  changeNumber,
  changeNumber,
  changeRank,
];

/** Makes @main return every tensor of a static shape that it computes: a compiler drops what nothing needs. */
function returnAll(module: Operation): void {
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

/**
 * The program of a seed: verified, or undefined when the changes made no program of it.
 * @param onFault learns what lowering says of a program that verified, which it should not, unless it is that a size is beyond what numbers hold
 */
export function programOf(
  seed: number,
  texts: readonly string[],
  onFault: (text: string, how: string) => void,
): { readonly text: string; readonly module: Operation } | undefined {
  const module = verifiedProgram(seed, texts);
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

/** A program that only takes values, of any types. */
function takingText(random: Random): string {
  const types = Array.from({ length: 1 + random(3) }, () => {
    const shape = Array.from({ length: random(5) }, () => `${pick(random, smallSizes)}x`).join("");
    return `tensor<${shape}${pick(random, random(20) === 0 ? elements : computed)}>`;
  });
  return `func.func @main(${types.map((type, i) => `%${i}: ${type}`).join(", ")}) {\n  return\n}`;
}

/** One that is known to be right, changed. */
function changedText(random: Random, texts: readonly string[]): string {
  let text = pick(random, texts);
  for (let left = 1 + random(4); left > 0; left--) text = pick(random, changes)(text, random);
  return text;
}

function verifiedProgram(seed: number, texts: readonly string[]): Operation | undefined {
  const random = randomNumbers(seed);
  const isNew = random(2) === 0;
  const text = isNew ? takingText(random) : changedText(random, texts);
  try {
    const module = parseModule(text);
    appendOperations(module, isNew ? 2 + random(6) : random(5), random);
    returnAll(module);
    if (random(8) === 0) setValueAttributes(module, random);
    verifyModule(module);
    return module;
  } catch (error) {
    if (error instanceof GriffinError) return undefined;
    throw error;
  }
}
