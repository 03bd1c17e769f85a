/** @file For tests: all tokens of a generation. */
import {
  type GeneratedToken,
  type GenerateOptions,
  generate,
  type ProgramSet,
} from "../../src/serving/index.js";

/** Continues prompts by 12 tokens each, whatever they are, unless options say otherwise. */
export async function generated(
  model: ProgramSet,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions = {},
): Promise<GeneratedToken[]> {
  const tokens: GeneratedToken[] = [];
  const all = { maxNewTokens: 12, eosIds: [], ...options };
  for await (const token of generate(model, prompts, all)) tokens.push(token);
  return tokens;
}

/** The tokens of one row. */
export const rowOf = (tokens: readonly GeneratedToken[], row: number): number[] =>
  tokens.filter((token) => token.row === row).map(({ token }) => token);
