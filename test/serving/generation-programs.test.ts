import { describe, expect, it } from "vitest";
import {
  decodingProgram,
  type LanguageModel,
  readingPrograms,
  sessionPrograms,
} from "../../src/serving/index.js";

/** A model whose kinds have names of their own. */
const model: LanguageModel = {
  ...{ vocabSize: 8, bosId: 1, eosIds: [2], padId: 0 },
  inputs: { tokens: "ids", positions: "places" },
  outputs: { logits: "scores", best: "choice" },
  programs: { prefill: "begin", extend: "go_on", decode: "step", score: "judge" },
};

const text = (keys: readonly { kind: string; batch: number; time: number }[]) =>
  keys.map(({ kind, batch, time }) => `${kind} ${batch}x${time}`);

describe("the programs of a generation", () => {
  it("that read a prompt: a short first chunk, then whole ones", () => {
    const reading = (tokens: number) => text(readingPrograms(model, { batch: 3, chunk: 256 }, tokens));
    expect(reading(5)).toEqual(["begin 3x16"]);
    expect(reading(530)).toEqual(["begin 3x64", "go_on 3x256", "go_on 3x256"]);
    expect(text([decodingProgram(model, 3)])).toEqual(["step 3x1"]);
  });

  it("that sessions can ask for: every first length, whole and short pieces that follow, single tokens", () => {
    const all = (chunk: number, score?: boolean) =>
      text(sessionPrograms(model, { batch: 2, chunk }, { score }));
    expect(all(256)).toEqual([
      ...["begin 2x16", "begin 2x64", "begin 2x256"],
      ...["go_on 2x16", "go_on 2x256", "step 2x1"],
    ]);
    expect(all(100, true)).toEqual([
      ...["begin 2x16", "begin 2x64", "begin 2x100"],
      ...["go_on 2x16", "go_on 2x100", "step 2x1", "judge 2x100"],
    ]);
    expect(all(1)).toEqual(["begin 2x1", "go_on 2x1", "step 2x1"]);
  });

  it("leave out what the model does not have", () => {
    const { score: _, ...programs } = model.programs;
    const keys = sessionPrograms({ ...model, programs }, { batch: 1, chunk: 1 }, { score: true });
    expect(text(keys)).toEqual(["begin 1x1", "go_on 1x1", "step 1x1"]);
  });
});
