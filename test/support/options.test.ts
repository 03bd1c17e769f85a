import { expect, test } from "vitest";
import { checkOptions, type OptionNames, pickOptions, withoutOptions } from "../../src/support/options.js";

interface Options {
  readonly maxNewTokens?: number | undefined;
  readonly seed?: number | undefined;
}

const known: OptionNames<Options> = { maxNewTokens: true, seed: true };

test("options that are known, undefined or none at all pass", () => {
  checkOptions("generate", { maxNewTokens: 5, seed: undefined }, known);
  checkOptions("generate", {}, known);
  checkOptions<Options>("generate", undefined, known);
});

test("an option that is misspelt is named, with all that there are and the one that was meant", () => {
  const given = { maxNewToken: 5 };
  expect(() => checkOptions("generate", given as Options, known)).toThrow(
    [
      'usage error: generate has no option "maxNewToken"',
      "  expected: maxNewTokens, seed",
      "  hint:     did you mean maxNewTokens?",
    ].join("\n"),
  );
});

test("one that is like no other gets no hint, also where its value is undefined", () => {
  const given = { temperature: undefined };
  expect(() => checkOptions("generate", given as Options, known)).toThrow(
    /^usage error: generate has no option "temperature"\n {2}expected: maxNewTokens, seed$/,
  );
});

test.each([
  [true, "true"],
  ["fast", '"fast"'],
  [null, "null"],
  [[1], "a list"],
  [new Map([["seed", 1]]), "an object of Map"],
])("%j is no object of options", (given, got) => {
  expect(() => checkOptions("generate", given as unknown as Options, known)).toThrow(
    [
      "usage error: generate takes its options as an object",
      "  expected: maxNewTokens, seed",
      `  got:      ${got}`,
    ].join("\n"),
  );
});

test("a thing of a class, which has members of its own, is no object of options", () => {
  class Image {
    readonly pixels = 3;
  }
  expect(() => checkOptions("generate", new Image() as unknown as Options, known)).toThrow(
    [
      "usage error: generate takes its options as an object",
      "  expected: maxNewTokens, seed",
      "  got:      an object of Image",
    ].join("\n"),
  );
});

test("names that all objects have are no options", () => {
  const given = JSON.parse('{"constructor": 1}') as Options;
  expect(() => checkOptions("generate", given, known)).toThrow('generate has no option "constructor"');
});

test("a table without some names, and options by a table", () => {
  const without = withoutOptions(known, "seed");
  expect(without).toEqual({ maxNewTokens: true });
  expect(pickOptions({ maxNewTokens: 5, seed: 1 }, without)).toEqual({ maxNewTokens: 5 });
  expect(pickOptions({ seed: 1 }, without)).toEqual({});
});

test.each([
  [NaN, "NaN"],
  ["5", '"5"'],
  [null, "null"],
])("a time limit of %j is refused: it would end nothing", (timeoutMs, got) => {
  const given = { timeoutMs } as { readonly timeoutMs?: number };
  expect(() => checkOptions("prefill", given, { timeoutMs: true })).toThrow(
    `usage error: prefill takes timeoutMs as a number
  expected: ms, or nothing for no limit
  got:      ${got}`,
  );
  checkOptions("prefill", { timeoutMs: Number.POSITIVE_INFINITY }, { timeoutMs: true });
});

test.each([
  ["5", '"5"'],
  [{ aborted: false }, "an object"],
])("a signal of %j is refused: it would end nothing", (signal, got) => {
  const given = { signal } as unknown as { readonly signal?: AbortSignal };
  expect(() => checkOptions("prefill", given, { signal: true })).toThrow(
    `usage error: prefill takes another kind of signal\n  expected: an AbortSignal\n  got:      ${got}`,
  );
  for (const fine of [undefined, null, AbortSignal.abort()])
    checkOptions("prefill", { signal: fine as AbortSignal }, { signal: true });
});
