/** @file Text generation: an async iterator over the tokens of one or several prompts. */
import { GriffinError, UsageError } from "../support/errors.js";
import { AbortedError, abortedError, type WaitOptions, waitFor } from "../support/wait.js";
import {
  checkPrompt,
  createContinuation,
  createSampler,
  isGreedy,
  notFinite,
  type Sampler,
  type SamplingOptions,
  StreamingDecoder,
  type Tokenizer,
} from "../tokens/index.js";
import { greedyTokens } from "./greedy.js";
import type { ProgramSet } from "./program-set.js";
import { Session } from "./session.js";

/** Tokens made per prompt, unless another number is asked for. */
export const DEFAULT_NEW_TOKENS = 128;

/** What is made of each prompt, and when it ends. */
export interface GenerateOptions extends SamplingOptions, WaitOptions {
  /** Tokens to make per prompt; default 128. */
  readonly maxNewTokens?: number | undefined;
  /** Longest chunk in which prompts are read, in tokens; default: the model's. */
  readonly chunk?: number | undefined;
  /** Any of these ends a sequence; default: the model's own. */
  readonly eosIds?: readonly number[] | undefined;
  /** Turns tokens into text; without one, texts stay empty. */
  readonly tokenizer?: Tokenizer | undefined;
}

/** One token of one sequence. */
export interface GeneratedToken {
  /** Which prompt it continues. */
  readonly row: number;
  readonly token: number;
  /** The text that became certain with it. */
  readonly text: string;
  /** Why the sequence ends with it, if it does. */
  readonly finished: "eos" | "length" | undefined;
  /** Time since the tokens of the step before were there, in ms; of the first: since the prompts were given. */
  readonly ms: number;
}

/**
 * Continues prompts (token ids, bos included) side by side; each gives what it would give alone. Tokens come as they are
 * made, one per unfinished row and step. Row r draws with seed + r. When nothing is drawn, tokens go from step to step on the device,
 * which works ahead of the caller by a few steps.
 * A row whose logits are not finite ends; the others go on, and the error that names it comes after their last token.
 * @throws UsageError for an empty prompt, ids outside of the vocabulary, options out of range; GriffinError for logits that are not finite;
 * AbortedError when the signal or the time for all tokens ends it: what is on its way to the device is freed when it comes
 */
export async function* generate(
  model: ProgramSet,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions = {},
): AsyncGenerator<GeneratedToken, void, void> {
  const { maxNewTokens = DEFAULT_NEW_TOKENS, eosIds = model.generation.eosIds } = options;
  checkRequest(model, prompts, maxNewTokens);
  const continuations = prompts.map(() => {
    const decoder = options.tokenizer === undefined ? undefined : new StreamingDecoder(options.tokenizer);
    return createContinuation({ decoder, eosIds, maxNewTokens });
  });
  const running = new Set(prompts.keys());
  const drawing = isGreedy(options) ? undefined : samplers(options, prompts.length);

  const session = new Session(model, prompts.length, { chunk: options.chunk });
  const failures = new Map<number, string>();
  const steps: AsyncGenerator<ArrayLike<number>, void, void> = drawing === undefined
    ? greedyTokens(session, prompts, maxNewTokens)
    : drawnTokens(session, prompts, drawing, running, failures);
  const startedAt = performance.now();
  const { signal, timeoutMs } = options;
  let underWay = false;
  try {
    for (let before = startedAt; ; ) {
      const left =
        timeoutMs === undefined ? undefined : Math.max(0, timeoutMs - (performance.now() - startedAt));
      // A step that is there already would win against any timer.
      if (left === 0) throw abortedError("generate", startedAt, options);
      const next = () => {
        underWay = true;
        return steps.next().finally(() => {
          underWay = false;
        });
      };
      const step = await waitFor("generate", { signal, timeoutMs: left }, next).catch((error: unknown) => {
        throw error instanceof AbortedError
          ? abortedError("generate", startedAt, options, error.details.hint)
          : error;
      });
      if (step.done === true) break;
      const now = performance.now();
      for (const row of [...running]) {
        const token = step.value[row]!;
        if (token < 0) {
          if (!failures.has(row)) failures.set(row, "no best token");
          running.delete(row);
          continue;
        }
        const made = continuations[row]!(token);
        if (made.finished !== undefined) running.delete(row);
        yield { row, ...made, ms: now - before };
      }
      before = now;
      if (running.size === 0) break;
    }
  } finally {
    if (underWay) {
      // The step that was given up begins nothing more on a session that is closed; what it holds goes when it comes.
      session.close();
      steps.return().catch(() => undefined);
    } else await steps.return().finally(() => session.close());
  }
  if (failures.size > 0) throw notFinite([...failures.values()][0]!, rowsOf(failures, prompts.length));
}

/** The rows that failed, in words, where there are others. */
function rowsOf(failures: ReadonlyMap<number, string>, rows: number): string | undefined {
  if (rows === 1) return undefined;
  return `row ${[...failures.keys()].join(", row ")} of 0 to ${rows - 1}`;
}

function checkRequest(
  { generation }: ProgramSet,
  prompts: readonly (readonly number[])[],
  maxNewTokens: number,
): void {
  if (prompts.length === 0) throw new UsageError({ message: "no prompts given" });
  if (!Number.isInteger(maxNewTokens) || maxNewTokens < 1) {
    throw new UsageError({
      message: "max new tokens must be a whole number, 1 or more",
      got: String(maxNewTokens),
    });
  }
  for (const prompt of prompts) checkPrompt(prompt, generation.vocabSize);
}

/** One for each row, with random numbers of its own. */
const samplers = (options: SamplingOptions, rows: number): readonly Sampler[] =>
  Array.from({ length: rows }, (_, row) => createSampler({ ...options, seed: (options.seed ?? 0) + row }));

/** In place of a token: the logits of the row are not finite. */
const FAILED = -1;

/** A token of each row, step by step, drawn on the host; rows that no longer run go on with their last token. */
async function* drawnTokens(
  session: Session,
  prompts: readonly (readonly number[])[],
  drawing: readonly Sampler[],
  running: ReadonlySet<number>,
  failures: Map<number, string>,
): AsyncGenerator<readonly number[], void, void> {
  const tokens = prompts.map((prompt) => prompt.at(-1)!);
  let logits = await session.prefill(prompts);
  for (;;) {
    const drawn = [...tokens];
    for (const row of running) {
      try {
        tokens[row] = drawing[row]!(logits[row]!);
        drawn[row] = tokens[row];
      } catch (error) {
        if (!(error instanceof GriffinError)) throw error;
        failures.set(row, error.details.got ?? error.details.message);
        drawn[row] = FAILED;
      }
    }
    yield drawn;
    logits = await session.decode(tokens);
  }
}
