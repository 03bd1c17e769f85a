/** @file Prompts for the small Llama, and what plain loops make of them. */
import { small } from "./llama-config.js";
import { continuePlainly } from "./plain-llama.js";
import { smallWeights } from "./stored.js";

/** The first is longer than a chunk and a half, the second shorter than one. */
export const prompts = [
  [1, ...Array.from({ length: 27 }, (_, i) => (i * 17 + 3) % 40)],
  [1, 30, 4],
];

/** Tokens that each is continued by. */
export const COUNT = 6;

/** The tokens after each prompt. */
export async function continued(): Promise<number[][]> {
  const weights = await smallWeights();
  return prompts.map((prompt) => continuePlainly(small, weights, prompt, COUNT));
}
