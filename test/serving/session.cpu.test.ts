import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../src/engine/index.js";
import { Session } from "../../src/serving/index.js";
import { UsageError } from "../../src/support/errors.js";
import { useCpu } from "../dsl/cpu.js";
import { held } from "../runtime-pjrt/held.js";
import { loadTiny } from "../engine/tiny.js";

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

  it("reads first, once, and decodes then", async () => {
    using session = new Session(model, 1);
    expect(await complaint(() => session.decode([1]))).toBe(
      "usage error: nothing to go on from\n  hint:     call prefill first",
    );
    await session.prefill([[1]]);
    expect(await complaint(() => session.prefill([[1]]))).toBe(
      "usage error: a session reads its prompts once\n  hint:     make another session",
    );
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
