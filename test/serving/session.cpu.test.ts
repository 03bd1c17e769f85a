import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../src/engine/index.js";
import { type ProgramSet, Session } from "../../src/serving/index.js";
import { UsageError } from "../../src/support/errors.js";
import { useCpu } from "../dsl/cpu.js";
import { held } from "../runtime-pjrt/held.js";
import { loadTiny } from "../engine/tiny.js";
import { programSet } from "./program-set.js";

const cpu = useCpu();
let model: Model;
beforeAll(async () => {
  model = await loadTiny(cpu.client);
});
afterAll(() => model.close());

describe("a session", () => {
  const complaint = async (run: () => Promise<unknown>): Promise<string> => {
    const failure = await run().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UsageError);
    return (failure as UsageError).message;
  };

  it("wants one prompt and one token a row", async () => {
    using session = new Session(model, 2);
    expect(await complaint(() => session.prefill([[1]]))).toBe(
      [
        "usage error: the session has another number of prompts",
        "  expected: 2, one a row of the batch",
        "  got:      1",
      ].join("\n"),
    );
    await session.prefill([[1], [2]]);
    expect(await complaint(() => session.decode([1, 2, 3]))).toContain("another number of tokens");
    expect(await complaint(() => session.decode([1, 64]))).toContain("is not in the vocabulary");
  });

  it("takes no list with holes for a text, and nothing but a mark to go back to", async () => {
    using session = new Session(model, 1);
    await session.prefill([[1, 2]]);
    const holes = [1, 2, 3];
    delete holes[1];
    expect(await complaint(() => session.append([holes]))).toContain(
      "token 1 of the prompt is not in the vocabulary",
    );
    expect(await complaint(async () => session.rewind(undefined as never))).toBe(
      [
        "usage error: Session.rewind goes back to a mark, and was given none",
        "  expected: what Session.mark gives",
        "  got:      undefined",
        "  hint:     mark a place first: const mark = await session.mark()",
      ].join("\n"),
    );
    expect(session.lengths).toEqual([2]);
  });

  it("reads first, once, and decodes then", async () => {
    using session = new Session(model, 1);
    expect(await complaint(() => session.decode([1]))).toBe(
      "usage error: nothing to go on from\n  hint:     call prefill first",
    );
    await session.prefill([[1]]);
    expect(await complaint(() => session.prefill([[1]]))).toBe(
      "usage error: the session has read its prompts\n  hint:     append to them, or make another session",
    );
  });

  /** Prefills as soon as the session is not busy with a step that was given up. */
  const prefillAgain = async (session: Session, prompt: readonly number[]): Promise<Float32Array[]> => {
    for (;;) {
      const logits = await session.prefill([prompt]).catch((error: unknown) => {
        if (error instanceof UsageError && error.message.includes("busy")) return undefined;
        throw error;
      });
      if (logits !== undefined) return logits;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };

  it("is given up by a signal, and reads the prompts anew when the device is done", async () => {
    using session = new Session(model, 1);
    const expected = await session.prefill([[1, 2, 3]]);
    const next = await session.decode([4]);
    using other = new Session(model, 1);
    const before = await held(cpu.client);
    const stopReading = new AbortController();
    const reading = other.prefill([[1, 2, 3]], { signal: stopReading.signal });
    stopReading.abort();
    await expect(reading).rejects.toThrow(
      /^aborted: prefill was aborted after \d+ ms\n {2}hint: {5}the session reads prompts anew when the device is done$/,
    );
    expect(await prefillAgain(other, [1, 2, 3])).toEqual(expected);

    const stopDecoding = new AbortController();
    const decoding = other.decode([4], { signal: stopDecoding.signal });
    stopDecoding.abort();
    await expect(decoding).rejects.toThrow(/^aborted: decode was aborted/);
    expect(await prefillAgain(other, [1, 2, 3])).toEqual(expected);
    expect(await other.decode([4])).toEqual(next);

    await expect(other.decode([5], { signal: stopDecoding.signal })).rejects.toThrow(/^aborted: decode/);
    await other.decode([5]);
    other.close();
    expect(await held(cpu.client)).toEqual(before);
  });

  /** The same programs, with something done in place of each run, or around it. */
  const around = (run: ProgramSet["run"]): ProgramSet => programSet(model, { run });

  it("goes on from where it was when a step fails and is tried again", async () => {
    using undisturbed = new Session(model, 2);
    await undisturbed.prefill([[1, 2, 3], [4]]);
    const expected = [await undisturbed.decode([5, 6]), await undisturbed.decode([7, 8])];

    let isBroken = false;
    const programs = around(async (...args) => {
      if (isBroken) throw new Error("the device is busy");
      return model.run(...args);
    });
    using session = new Session(programs, 2);
    await session.prefill([[1, 2, 3], [4]]);
    isBroken = true;
    for (let attempt = 0; attempt < 2; attempt++)
      await expect(session.decode([5, 6])).rejects.toThrow("the device is busy");
    isBroken = false;
    expect([await session.decode([5, 6]), await session.decode([7, 8])]).toEqual(expected);
  });

  it("does not feed tokens twice when a step is done and its logits are lost", async () => {
    let isBroken = false;
    const programs = around(async (...args) => {
      const results = await model.run(...args);
      if (isBroken) results.outputs.get(model.generation.outputs.logits)!.close();
      return results;
    });
    using session = new Session(programs, 1);
    const expected = await session.prefill([[1, 2]]);
    isBroken = true;
    await expect(session.decode([3])).rejects.toThrow();
    isBroken = false;
    expect(await complaint(() => session.decode([3]))).toContain("nothing to go on from");
    expect(await session.prefill([[1, 2]])).toEqual(expected);
  });

  it("reads no further chunk of a prompt that is given up", async () => {
    let runs = 0;
    const programs = around(async (...args) => {
      runs += 1;
      const results = await model.run(...args);
      await new Promise((resolve) => setTimeout(resolve, 50));
      return results;
    });
    await model.ready({ kind: "prefill", batch: 1, time: 1 });
    const before = await held(cpu.client);
    using session = new Session(programs, 1, { chunk: 1 });
    const reading = session.prefill([[1, 2, 3, 4, 5, 6]], { timeoutMs: 20 });
    await expect(reading).rejects.toThrow(/^aborted: prefill did not end in 20 ms/);
    await expect.poll(() => held(cpu.client)).toEqual(before);
    expect(runs).toBe(1);
  });

  it("takes one call at a time, and leaves nothing behind when it is closed under one", async () => {
    await model.ready({ kind: "prefill", batch: 1, time: 1 });
    const before = await held(cpu.client);
    const session = new Session(model, 1);
    const first = session.prefill([[1]]);
    expect(await complaint(() => session.prefill([[1]]))).toBe(
      "usage error: the session is busy with another call\n  hint:     await each prefill and decode before the next, or make a session for each",
    );
    session.close();
    expect(await complaint(() => first)).toContain("the session is closed");
    expect(await held(cpu.client)).toEqual(before);
  });

  it("has rows", () => {
    expect(() => new Session(model, 0)).toThrow(
      "usage error: the batch must be a whole number, 1 or more\n  got:      0",
    );
  });
});
