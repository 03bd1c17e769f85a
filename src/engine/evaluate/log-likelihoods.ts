/** @file How likely a model takes texts to be: the logarithm of the probability of each token, of texts of any length, side by side. */
import { type DeviceBuffer, hostBytes } from "../../runtime-pjrt/index.js";
import {
  checkCapacity,
  closeAll,
  type LoadedProgram,
  type ProgramKey,
  type ResidentModel,
  type Tensors,
} from "../../serving/index.js";
import { UsageError } from "../../support/errors.js";
import { longestOf } from "../../support/longest.js";
import { checkNotAborted } from "../../support/wait.js";
import { checkPrompt, notFinite } from "../../tokens/index.js";

/** Logits of a chunk are on the host at once: bytes of them at most, unless one position has more. */
const LOGITS_BYTES = 2 ** 26;

/** Few lengths of chunks mean few programs. */
const CHUNKS = [16, 64, 256] as const;

type Model = ResidentModel<LoadedProgram>;

/** A text, or the end of one. */
export interface ScoredRow {
  readonly tokens: readonly number[];
  /** Of the first of them in its text. */
  readonly position: number;
  /** The first of `tokens` that is wanted, 1 or more: nothing says how likely the first is. */
  readonly begin: number;
}

/**
 * The program that reads rows, for as many tokens at once as they have and memory allows; of an artifact, the one that it has.
 * @param rows side by side; where programs are for another number, that, if it is more
 * @throws UsageError for a model without it
 */
export function scoring(model: Model, rows: number, longest: number): ProgramKey {
  const { programs, vocabSize } = model.generation;
  const batch = Math.max(rows, model.batch ?? 0);
  const most = Math.max(1, Math.floor(LOGITS_BYTES / (4 * batch * vocabSize)));
  const wanted = CHUNKS.find((size) => size >= longest - 1) ?? CHUNKS.at(-1)!;
  const keys = [Math.min(wanted, most), model.chunk].map((time) => ({
    kind: programs.score ?? "",
    batch,
    time,
  }));
  const found = keys.find((key) => model.has(key));
  if (programs.score !== undefined && found !== undefined) return found;
  // That there are programs for other batches is told by who has them.
  if (programs.score !== undefined && model.has({ ...keys[1]!, batch: model.batch ?? batch }))
    return keys[1]!;
  throw new UsageError({
    message: "texts cannot be scored by this model",
    expected: "a program that gives the logits of all positions and goes on (generation.programs.score)",
    got: "none; an artifact has it when it was exported with --score",
  });
}

/** States as they are before a text: zeros. */
export async function noStates(model: Model, key: ProgramKey): Promise<Tensors> {
  const { arguments: all } = await model.interfaceOf(key);
  const states = new Map<string, DeviceBuffer>();
  try {
    for (const { role, name, elementType, dimensions } of all) {
      if (role !== "state") continue;
      const data = new Uint8Array(hostBytes({ elementType, dimensions }));
      states.set(name, await model.client.toDevice({ elementType, dimensions, data }));
    }
    return states;
  } catch (error) {
    closeAll(states.values());
    throw error;
  }
}

/** log softmax(logits)[token], in f64. @throws GriffinError when it is no finite number */
export function logProbability(logits: Float32Array, token: number, where: string): number {
  let top = Number.NEGATIVE_INFINITY;
  for (const logit of logits) if (logit > top) top = logit;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - top);
  const value = logits[token]! - top - Math.log(sum);
  if (Number.isFinite(value)) return value;
  throw notFinite(`the logarithm of a probability is ${value}`, where);
}

/**
 * For each text, given as tokens, the natural logarithm of the probability of each of its tokens after those before it; 0 for the first, which
 * follows nothing. Texts are read in chunks, side by side, whatever their lengths.
 * @param options.begins of each text, the first token that is wanted; those before it have 0. Default: 1
 * @throws UsageError for tokens outside of the vocabulary, an empty text, one longer than the model holds, or a model that has no program for it; GriffinError for logits that
 * are not finite; AbortedError between chunks
 */
export async function logLikelihoods(
  model: Model,
  texts: readonly (readonly number[])[],
  {
    begins = [],
    signal,
  }: { readonly begins?: readonly number[]; readonly signal?: AbortSignal | undefined } = {},
): Promise<readonly Float64Array[]> {
  const rows = texts.map((tokens, i) => ({ tokens, position: 0, begin: begins[i] ?? 1 }));
  const key = scoring(model, texts.length, longestOf(texts));
  return scoreRows(model, key, { rows, states: await noStates(model, key), signal });
}

/**
 * The same for rows that go on from states, which are used up.
 * @param options.rows as many as the program has or fewer
 * @throws as `logLikelihoods`
 */
export async function scoreRows(
  model: Model,
  key: ProgramKey,
  {
    rows,
    states: before,
    signal,
  }: {
    readonly rows: readonly ScoredRow[];
    readonly states: Tensors;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<readonly Float64Array[]> {
  const { batch, time } = key;
  const { inputs, outputs, padId, vocabSize } = model.generation;
  const found = rows.map(({ tokens }) => new Float64Array(tokens.length));
  const upload = (data: Int32Array<ArrayBuffer>) =>
    model.client.toDevice({ elementType: "i32", dimensions: [batch, time], data });
  let states = before;
  try {
    for (const { tokens } of rows) checkPrompt(tokens, vocabSize);
    // The last token of a text is not read: it predicts nothing.
    checkCapacity(
      model.generation,
      rows.map(({ tokens, position }) => position + tokens.length - 1),
    );
    const longest = longestOf(rows.map(({ tokens }) => tokens));
    for (let start = 0; start < longest - 1; start += time) {
      checkNotAborted("eval", { signal });
      const at = (i: number) => ({ row: Math.floor(i / time), place: start + (i % time) });
      using tokens = await upload(
        Int32Array.from({ length: batch * time }, (_, i) => rows[at(i).row]?.tokens[at(i).place] ?? padId),
      );
      using positions = await upload(
        Int32Array.from({ length: batch * time }, (_, i) => (rows[at(i).row]?.position ?? 0) + at(i).place),
      );
      const given = new Map([
        [inputs.tokens, tokens],
        [inputs.positions, positions],
      ]);
      const results = await model.run(key, given, states);
      states = results.states;
      closeAll([...results.outputs].flatMap(([name, buffer]) => (name === outputs.logits ? [] : [buffer])));
      using logits = results.outputs.get(outputs.logits)!;
      const bytes = await logits.toHost();
      const all = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
      for (let i = 0; i < rows.length * time; i++) {
        const { row, place } = at(i);
        const { tokens: text, begin, position } = rows[row]!;
        const next = text[place + 1];
        if (next === undefined || place + 1 < begin) continue;
        found[row]![place + 1] = logProbability(
          all.subarray(i * vocabSize, (i + 1) * vocabSize),
          next,
          `token ${position + place + 1} of text ${row}`,
        );
      }
    }
    return found;
  } finally {
    closeAll(states.values());
  }
}
