/** @file What callers of JavaScript give for models, sessions and words, where types would have refused it. */
import { UsageError } from "../support/errors.js";
import { expectGiven, hasMethods, shown } from "../support/given.js";
import type { DeviceBuffer } from "../runtime-pjrt/index.js";
import type { Tensors } from "./device-tensors.js";
import type { LoadedProgram } from "./loaded-program.js";
import type { LoopCall } from "./loop-call.js";
import { type LoopKey, MOST_TOKENS_PER_CALL } from "./loop-key.js";
import type { ProgramKey, ProgramSet } from "./program-set.js";
import { MOST_LOGPROBS, type SamplerKey } from "./sampler-key.js";

/** @throws UsageError for what is no model */
export const expectModel = (by: string, model: ProgramSet): void =>
  expectGiven(hasMethods(model, "run", "has"), model, {
    by,
    what: "model",
    expected: "a model, such as Model.load gives, or load(...).model",
  });

/** @throws UsageError for what is no instance of a class */
export const expectInstance = (
  by: string,
  what: string,
  value: object,
  [Class, from]: readonly [abstract new (...args: never[]) => object, from: string],
): void => expectGiven(value instanceof Class, value, { by, what, expected: `a ${Class.name}, ${from}` });

/** @throws UsageError for what is no map of buffers on the device */
export function expectTensors(by: string, what: string, tensors: Tensors): void {
  expectInstance(by, what, tensors, [Map, "of buffers by their names"]);
  const wrong = [...tensors].find(
    ([name, buffer]) => typeof name !== "string" || !hasMethods(buffer, "toHost"),
  );
  if (wrong === undefined) return;
  throw new UsageError({
    message: `${by}: the ${what} hold what is no buffer on a device`,
    expected: "a Map of buffers by their names",
    got: `${shown(wrong[0])}: ${shown(wrong[1])}`,
  });
}

/** @throws UsageError for what is no text */
export const expectText = (by: string, what: string, value: string): void =>
  expectGiven(typeof value === "string", value, { by, what, expected: "a text" });

/** @throws UsageError for what is no whole number, 1 or more */
export function expectCount(what: string, count: number): void {
  if (Number.isSafeInteger(count) && count > 0) return;
  throw new UsageError({ message: `${what} must be a whole number, 1 or more`, got: shown(count) });
}

/** @throws UsageError for what names no program */
export function expectKey(by: string, key: ProgramKey): void {
  const { kind, batch, time }: Partial<ProgramKey> = typeof key === "object" && key !== null ? key : {};
  const isSize = (size: number | undefined) => Number.isSafeInteger(size) && size! > 0;
  expectGiven(typeof kind === "string" && isSize(batch) && isSize(time), key, {
    by,
    what: "key",
    expected: '{ kind: "decode", batch: 1, time: 1 }, its numbers 1 or more',
  });
}

const isCount = (value: unknown, most = Number.MAX_SAFE_INTEGER): boolean =>
  Number.isSafeInteger(value) && (value as number) > 0 && (value as number) <= most;

const isSamplerKey = (key: Partial<SamplerKey> | null | undefined): boolean =>
  typeof key === "object" &&
  key !== null &&
  isCount(key.batch) &&
  (["penalties", "bias", "topK", "topP", "allowed"] as const).every(
    (part) => typeof key[part] === "boolean",
  ) &&
  (key.logprobs === undefined || key.logprobs === 0 || isCount(key.logprobs, MOST_LOGPROBS));

const SAMPLER = `{ batch, logprobs } and whether it has penalties, bias, topK, topP, allowed; logprobs of at most ${MOST_LOGPROBS} tokens, or undefined`;

/** @throws UsageError for what names no program that draws */
export const expectSamplerKey = (key: SamplerKey): void =>
  expectGiven(isSamplerKey(key), key, { by: "Model.sampler", what: "key", expected: SAMPLER });

/** @throws UsageError for what names no program of several tokens */
export function expectLoopKey(key: LoopKey): void {
  const { batch, steps, sampler }: Partial<LoopKey> = typeof key === "object" && key !== null ? key : {};
  const isLoop = isCount(batch) && isCount(steps, MOST_TOKENS_PER_CALL);
  expectGiven(isLoop && (sampler === undefined || isSamplerKey(sampler)), key, {
    by: "Model.loop",
    what: "key",
    expected: `{ batch, steps, sampler }: steps from 1 to ${MOST_TOKENS_PER_CALL}, a sampler's key or undefined`,
  });
}

/** @throws UsageError for what is no program that a model has made ready */
export function expectProgram(by: string, program: LoadedProgram): void {
  const {
    interface: own,
    executable,
    preparations,
  }: Partial<LoadedProgram> = typeof program === "object" && program !== null ? program : {};
  const isLoaded =
    typeof own === "object" && hasMethods(executable, "execute") && Array.isArray(preparations);
  const expected = "what program, sampler or loop of a model gives";
  expectGiven(isLoaded, program, { by, what: "program", expected });
}

/** @throws UsageError for what `Session.advanceBy` cannot go on with */
export function expectLoop(
  loop: LoopCall,
  from: { readonly tokens: DeviceBuffer; readonly limits: readonly number[] },
  draw: unknown,
  batch: number,
): void {
  const by = "Session.advanceBy";
  expectGiven(hasMethods(loop, "inputs", "close"), loop, {
    by,
    what: "loop",
    expected: "what LoopCall.open gives",
  });
  const { tokens, limits }: Partial<typeof from> = typeof from === "object" && from !== null ? from : {};
  expectGiven(hasMethods(tokens, "toHost"), tokens, {
    by,
    what: "tokens",
    expected: "a buffer on the device",
  });
  const areLimits = Array.isArray(limits) && limits.length === batch;
  expectGiven(areLimits && Array.from(limits).every((limit) => limit === 0 || isCount(limit)), limits, {
    by,
    what: "limits",
    expected: `a list of ${batch}, the most tokens of each row, 0 or more`,
  });
  expectGiven(typeof draw === "function", draw, {
    by,
    what: "draw",
    expected: "a function that runs the loop",
  });
}
