import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { restoreSession, saveSession, Session, type SessionMark } from "../../src/serving/index.js";
import { sharedFolder } from "../artifact/exported.js";
import { useCpu } from "../dsl/cpu.js";
import { someTokens } from "../engine/tiny.js";
import { held } from "../runtime-pjrt/held.js";
import { errorText } from "../weights/files.js";
import { useSessionModels } from "./session-models.js";

const cpu = useCpu();
const models = useSessionModels(cpu);
const folder = await sharedFolder();

describe("states that are kept", () => {
  it("have one size, however long the text is", async () => {
    const sizes: number[] = [];
    for (const length of [3, 100]) {
      using session = new Session(models.griffin, 1, { chunk: 16 });
      await session.prefill([someTokens(1, length)]);
      await saveSession(session, join(folder, "size.session"));
      sizes.push((await readFile(join(folder, "size.session"))).length);
    }
    expect(Math.abs(sizes[1]! - sizes[0]!)).toBeLessThan(16);
  });

  it("are freed with what holds them", async () => {
    using session = new Session(models.griffin, 2, { chunk: 16 });
    await session.prefill([[1, 2], [3]]);
    const run = async () => {
      using fork = await session.fork();
      using mark = await session.mark();
      await fork.append([[4], []]);
      await session.rewind(mark);
      await session.replaceRow(1, fork, 0);
    };
    await run();
    const before = await held(cpu.client);
    await run();
    expect(await held(cpu.client)).toEqual(before);
  });

  it("are freed when the session is closed meanwhile, or cannot be made", async () => {
    using session = new Session(models.griffin, 2, { chunk: 16 });
    await session.prefill([[1, 2], [3]]);
    using mark = await session.mark();
    const path = join(folder, "freed.session");
    await saveSession(session, path);
    const run = async () => {
      using fork = await session.fork();
      const rewound = errorText(() => fork.rewind(mark));
      fork.close();
      expect(await rewound).toBe("usage error: the session is closed\n  hint:     make another session");
      expect(await errorText(() => restoreSession(models.griffin, path, { chunk: 0 }))).toBe(
        "usage error: the chunk must be a whole number, 1 or more\n  got:      0",
      );
    };
    await run();
    const before = await held(cpu.client);
    await run();
    expect(await held(cpu.client)).toEqual(before);
  });

  it("stay where they are while a row of them is taken", async () => {
    using session = new Session(models.griffin, 1, { chunk: 16 });
    await session.prefill([[1]]);
    using other = await session.fork();
    const replaced = session.replaceRow(0, other);
    expect(await errorText(() => other.decode([1]))).toMatch(
      /^usage error: the session is busy with another call\n/,
    );
    await replaced;
    expect(await session.decode([1])).toEqual(await other.decode([1]));
  });

  it("are neither stored nor restored once the caller has given up", async () => {
    using session = new Session(models.griffin, 1, { chunk: 16 });
    await session.prefill([[1]]);
    const path = join(folder, "aborted.session");
    const signal = AbortSignal.abort();
    expect(await errorText(() => saveSession(session, path, { signal }))).toMatch(
      /^aborted: saving the session/,
    );
    expect(await errorText(() => restoreSession(models.griffin, path, { signal }))).toMatch(
      /^aborted: restoring the session/,
    );
    expect(session.lengths).toEqual([1]);
  });

  it.each([
    ["fork", (session: Session, signal: AbortSignal) => session.fork({ signal })],
    ["mark", (session: Session, signal: AbortSignal) => session.mark({ signal })],
    [
      "rewind",
      async (session: Session, signal: AbortSignal, from: SessionMark) => session.rewind(from, { signal }),
    ],
  ])("stay where they are when a %s is given up, and what comes of it is freed", async (what, use) => {
    using session = new Session(models.griffin, 1, { chunk: 16 });
    await session.prefill([[1, 2]]);
    using start = await session.mark();
    const expected = await session.append([[3, 4]]);
    using place = await session.mark();
    const before = await held(cpu.client);
    const stop = new AbortController();
    const given = use(session, stop.signal, start);
    stop.abort();
    await expect(given).rejects.toThrow(
      new RegExp(
        `^aborted: ${what} was aborted after \\d+ ms\n {2}hint: {5}the session stays where it is, and takes the next call when the device is done$`,
      ),
    );
    await expect.poll(() => held(cpu.client)).toEqual(before);
    expect(session.lengths).toEqual([4]);
    await expect.poll(() => session.rewind(place).then(() => "idle", String)).toBe("idle");
    await session.rewind(start);
    expect(await session.append([[3, 4]])).toEqual(expected);
    const text = await errorText(() => use(session, stop.signal, start));
    expect(text).toMatch(new RegExp(`^aborted: ${what} was aborted after 0 ms`));
  });

  it("are read anew when a row's replacement or a step is given up", async () => {
    using session = new Session(models.griffin, 1, { chunk: 16 });
    using other = new Session(models.griffin, 1, { chunk: 16 });
    const expected = await session.prefill([[1, 2]]);
    await other.prefill([[5]]);
    using token = await cpu.client.toDevice({
      ...{ elementType: "i32", dimensions: [1, 1] },
      data: Int32Array.of(3),
    });
    const calls = [
      (signal: AbortSignal) => session.replaceRow(0, other, 0, { signal }),
      (signal: AbortSignal) => session.advance(token, { signal }),
    ];
    for (const call of calls) {
      const stop = new AbortController();
      const given = call(stop.signal);
      stop.abort();
      await expect(given).rejects.toThrow(/^aborted: /);
      await expect.poll(() => session.prefill([[1, 2]]).catch(String)).toEqual(expected);
    }
    expect(other.lengths).toEqual([1]);
  });

  it.each([
    ["fork", (session: Session) => session.fork()],
    ["mark", (session: Session) => session.mark()],
    ["be stored", (session: Session) => saveSession(session, join(folder, "none.session"))],
  ])("must be there to %s", async (_, use) => {
    using session = new Session(models.griffin, 1, { chunk: 16 });
    expect(await errorText(() => use(session))).toBe(
      "usage error: nothing to go on from\n  hint:     call prefill first",
    );
  });

  it("go into no session of another model, nor into rows that are not there", async () => {
    using session = new Session(models.griffin, 1, { chunk: 16 });
    using other = new Session(models.second, 1, { chunk: 16 });
    await session.prefill([[1]]);
    await other.prefill([[1]]);
    expect(await errorText(() => session.replaceRow(0, other))).toBe(
      [
        "usage error: the states are of another model",
        "  expected: a session or a mark of the model that this session runs on",
        "  hint:     read the text with this model",
      ].join("\n"),
    );
    using mark = await other.mark();
    expect(await errorText(() => session.rewind(mark))).toContain("the states are of another model");
    using fork = await session.fork();
    expect(await errorText(() => session.replaceRow(1, fork))).toBe(
      "usage error: the session has no such row\n  expected: a whole number from 0 to 0\n  got:      1",
    );
  });
});
