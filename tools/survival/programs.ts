/**
 * @file Programs for the survival tier, one for each seed: a small valid program of one or a few operations, changed at random, or one that only takes
 * values of any types; with other operations on its values. Types change in the same way everywhere in a program, numbers in attributes one by one.
 */
import type { Operation } from "../../src/ir/operation.js";
import { parseModule } from "../../src/ir/text/index.js";
import { randomNumbers } from "../conformance/random-numbers.js";
import { pick, type Random } from "./append.js";
import { appendOperations } from "./appended.js";
import { setValueAttributes } from "./attributes.js";
import { type Candidate, returnAll } from "./candidate.js";
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

function makeModule(seed: number, texts: readonly string[]): Operation {
  const random = randomNumbers(seed);
  const isNew = random(2) === 0;
  const module = parseModule(isNew ? takingText(random) : changedText(random, texts));
  appendOperations(module, isNew ? 2 + random(6) : random(5), random);
  returnAll(module);
  if (random(8) === 0) setValueAttributes(module, random);
  return module;
}

/** The random programs of `count` seeds from `first` on. */
export function* randomPrograms(
  texts: readonly string[],
  { count, first = 0 }: { readonly count: number; readonly first?: number },
): Generator<Candidate> {
  for (let seed = first; seed < first + count; seed++)
    yield { name: `seed ${seed}`, make: () => makeModule(seed, texts) };
}
