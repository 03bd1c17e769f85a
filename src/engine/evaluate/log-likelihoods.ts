/** @file How likely a model takes texts to be: the logarithm of the probability of each token, of texts of any length, side by side. */
import { type DeviceBuffer, hostBytes } from "../../runtime-pjrt/index.js";
import {
  checkCapacity,
  closeAll,
  type LoadedProgram,
  type ProgramKey,
  type ResidentModel,
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

/** The program that reads texts, for as many tokens at once as texts have and memory allows. @throws UsageError for a model without it */
function scoring({ generation }: Model, batch: number, longest: number): ProgramKey {
  const { programs, vocabSize } = generation;
  if (programs.score === undefined) {
    throw new UsageError({
      message: "texts cannot be scored by this model",
      expected: "a program that gives the logits of all positions and goes on (generation.programs.score)",
      got: "none; an artifact has it when it was exported with --score",
    });
  }
  const most = Math.max(1, Math.floor(LOGITS_BYTES / (4 * batch * vocabSize)));
  const wanted = CHUNKS.find((size) => size >= longest) ?? CHUNKS.at(-1)!;
  return { kind: programs.score, batch, time: Math.min(wanted, most) };
}

/** States as they are before a text: zeros. */
async function noStates(model: Model, key: ProgramKey): Promise<ReadonlyMap<string, DeviceBuffer>> {
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
 * @throws UsageError for tokens outside of the vocabulary, an empty text, one longer than the model holds, or a model that has no program for it; GriffinError for logits that
 * are not finite; AbortedError between chunks
 */
export async function logLikelihoods(
  model: Model,
  texts: readonly (readonly number[])[],
  signal?: AbortSignal,
): Promise<readonly Float64Array[]> {
  const { inputs, outputs, padId, vocabSize } = model.generation;
  for (const text of texts) checkPrompt(text, vocabSize);
  // The last token of a text is not read.
  checkCapacity(
    model.generation,
    texts.map(({ length }) => length - 1),
  );
  const longest = longestOf(texts);
  // The last token predicts nothing.
  const key = scoring(model, texts.length, Math.max(1, longest - 1));
  const { batch, time } = key;
  const found = texts.map(({ length }) => new Float64Array(length));
  const upload = (data: Int32Array<ArrayBuffer>) =>
    model.client.toDevice({ elementType: "i32", dimensions: [batch, time], data });
  let states = await noStates(model, key);
  try {
    for (let start = 0; start < longest - 1; start += time) {
      checkNotAborted("eval", { signal });
      const at = (i: number) => ({ row: Math.floor(i / time), place: start + (i % time) });
      using tokens = await upload(
        Int32Array.from({ length: batch * time }, (_, i) => texts[at(i).row]![at(i).place] ?? padId),
      );
      using positions = await upload(Int32Array.from({ length: batch * time }, (_, i) => at(i).place));
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
      for (let i = 0; i < batch * time; i++) {
        const { row, place } = at(i);
        const next = texts[row]![place + 1];
        if (next === undefined) continue;
        found[row]![place + 1] = logProbability(
          all.subarray(i * vocabSize, (i + 1) * vocabSize),
          next,
          `token ${place + 1} of text ${row}`,
        );
      }
    }
    return found;
  } finally {
    closeAll(states.values());
  }
}
