/** @file Which program makes several tokens of each row in one call: what it takes, gives and keeps is called so. */
import type { Argument, Interface, Result } from "../program/interface.js";
import { canDraw, type SamplerKey, samplerKeyOf } from "./sampler-key.js";

/** The kind of these programs, in an artifact. No model's kind is called so. */
export const LOOP_KIND = "loop";

/** The static part of such a program. */
export interface LoopKey {
  readonly batch: number;
  /** Tokens of each row, at most. */
  readonly steps: number;
  /** What draws them, with no say which tokens rows may have; undefined: they are the best ones. */
  readonly sampler: SamplerKey | undefined;
}

/** The most tokens of a row that one call makes. */
export const MOST_TOKENS_PER_CALL = 256;

/** What a loop takes beside what its parts take: how many tokens each row may still have [row] i32, and which tokens end it [vocab] i1. */
export const LOOP_INPUTS = { limits: "loop.limits", ends: "loop.ends" } as const;

/**
 * What it gives: tokens [row, step] i32; the last one of each row and its place [row, 1] i32, as the next call takes them. The place of a row
 * that has ended is -1.
 */
export const LOOP_OUTPUTS = {
  tokens: "loop.tokens",
  next: "loop.next",
  positions: "loop.positions",
} as const;

/** Stands where a row has no token, after its end; -1 where its logits were not finite. */
export const NO_TOKEN = -2;

const PREFIX = "sampler.";

/** What the loop calls an argument or a result of its sampler. */
export const ofSampler = (name: string): string => `${PREFIX}${name}`;

/** The sampler's own names, of those of a loop; undefined for what is not the sampler's. */
export const samplersName = (name: string): string | undefined =>
  name.startsWith(PREFIX) ? name.slice(PREFIX.length) : undefined;

/** What a loop has of its sampler, as the sampler itself has it: a step has no axis there. */
function samplerOf({ name, arguments: args, results }: Interface): Interface {
  const own = <T extends Argument | Result>(all: readonly T[]): readonly T[] =>
    all.flatMap((each) => {
      const known = samplersName(each.name);
      return known === undefined ? [] : [{ ...each, name: known }];
    });
  const oneStep = (result: Result): Result => {
    const [rows, , ...others] = result.dimensions;
    return result.role === "output" ? { ...result, dimensions: [rows!, ...others] } : result;
  };
  return { name, arguments: own(args), results: own(results).map(oneStep) };
}

/** The static part of a program, by its arguments and results. */
export function loopKeyOf(program: Interface): LoopKey {
  const tokens = program.results.find(({ name }) => name === LOOP_OUTPUTS.tokens);
  const [batch = 0, steps = 0] = tokens?.dimensions ?? [];
  const sampler = samplerOf(program);
  const draws = sampler.arguments.length > 0;
  return { batch, steps, sampler: draws ? { ...samplerKeyOf(sampler), batch } : undefined };
}

/** Whether a program makes the tokens that are asked for, as many in a call or fewer. */
export function canLoop(has: LoopKey, asked: LoopKey): boolean {
  if (has.batch !== asked.batch || has.steps > asked.steps) return false;
  if (has.sampler === undefined || asked.sampler === undefined) return has.sampler === asked.sampler;
  return canDraw(has.sampler, asked.sampler);
}

/** Which tokens end a row, [vocab] i1, as a loop takes it; what no vocabulary has ends none. */
export function endingTokens(eosIds: readonly number[], vocabSize: number): Uint8Array<ArrayBuffer> {
  const ends = new Uint8Array(vocabSize);
  for (const id of eosIds) if (id < vocabSize) ends[id] = 1;
  return ends;
}
