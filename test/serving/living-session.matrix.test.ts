import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Model } from "../../src/engine/index.js";
import {
  type ProgramSet,
  restoreSession,
  saveSession,
  Session,
  type SessionMark,
} from "../../src/serving/index.js";
import { type DeviceBuffer, rowMajorLayout } from "../../src/runtime-pjrt/index.js";
import { formulaCheckpoint } from "../../src/weights/index.js";
import { sharedFolder } from "../artifact/exported.js";
import { useCpu } from "../dsl/cpu.js";
import { compiledInThisRun, loadTiny, maxDifference, someTokens, tinyHawk } from "../engine/tiny.js";
import { small } from "../models/second/llama-config.js";
import { llama } from "../models/second/llama-definition.js";
import { held } from "../runtime-pjrt/held.js";
import { errorText } from "../weights/files.js";
import { programSet } from "./program-set.js";

const cpu = useCpu();
const folder = await sharedFolder();
let griffin: Model;
let second: Model;
beforeAll(async () => {
  griffin = await loadTiny(cpu.client);
  const definition = llama.configure(small);
  await using checkpoint = formulaCheckpoint(definition, 7);
  second = await Model.load(cpu.client, definition, checkpoint, { cache: compiledInThisRun });
});
afterAll(() => {
  griffin.close();
  second.close();
});

/** Of a whole prompt, read at once. */
async function read(model: ProgramSet, prompt: readonly number[]): Promise<Float32Array> {
  using session = new Session(model, 1, { chunk: 16 });
  return (await session.prefill([prompt]))[0]!;
}

const expectSame = (actual: Float32Array | undefined, expected: Float32Array): void =>
  expect(maxDifference(actual!, expected)).toBeLessThan(2e-5);

describe.each([
  ["Griffin", () => griffin],
  ["a model of one's own, with a growing cache", () => second],
])("a session of %s", (_, model) => {
  const words = someTokens(3, 60, 40);

  it("reads what follows as if all had been read at once, in whole pieces, none twice", async () => {
    const runs: string[] = [];
    const counting = programSet(model(), {
      run: (key, ...rest) => {
        runs.push(`${key.kind} ${key.time}`);
        return model().run(key, ...rest);
      },
    });
    const { programs } = model().generation;
    using session = new Session(counting, 1, { chunk: 16 });
    await session.append([words.slice(0, 5)]);
    const [logits] = await session.append([words.slice(5, 23)]);
    expect(runs).toEqual([
      `${programs.prefill} 16`,
      `${programs.extend} 16`,
      `${programs.decode} 1`,
      `${programs.decode} 1`,
    ]);
    expectSame(logits, await read(model(), words.slice(0, 23)));
    expect(session.lengths).toEqual([23]);
    expectSame((await session.decode([words[23]!]))[0], await read(model(), words.slice(0, 24)));
  });

  it("gives rows texts of different lengths, and nothing", async () => {
    using session = new Session(model(), 2, { chunk: 16 });
    await session.prefill([words.slice(0, 4), words.slice(20, 27)]);
    const logits = await session.append([words.slice(4, 22), words.slice(27, 30)]);
    expectSame(logits[0], await read(model(), words.slice(0, 22)));
    expectSame(logits[1], await read(model(), words.slice(20, 30)));
    expect((await session.append([[], words.slice(30, 31)]))[0]).toBeUndefined();
    const next = await session.decode([words[22]!, words[31]!]);
    expectSame(next[0], await read(model(), words.slice(0, 23)));
    expectSame(next[1], await read(model(), words.slice(20, 32)));
    expect(session.lengths).toEqual([23, 12]);
  });

  it("is forked: neither disturbs the other", async () => {
    using session = new Session(model(), 1, { chunk: 16 });
    await session.prefill([words.slice(0, 9)]);
    using other = await session.fork();
    const left = await session.append([[1, 5]]);
    const right = await other.append([[7, 3]]);
    expectSame(left[0], await read(model(), [...words.slice(0, 9), 1, 5]));
    expectSame(right[0], await read(model(), [...words.slice(0, 9), 7, 3]));
  });

  it("goes back to a mark as often as is wanted", async () => {
    using session = new Session(model(), 1, { chunk: 16 });
    await session.prefill([words.slice(0, 9)]);
    using mark = await session.mark();
    const expected = await session.append([[4, 4]]);
    for (let time = 0; time < 2; time++) {
      await session.append([[9]]);
      await session.rewind(mark);
      expect(session.lengths).toEqual([9]);
      expect(await session.append([[4, 4]])).toEqual(expected);
    }
  });

  it("takes another text in the place of a row that ends", async () => {
    using session = new Session(model(), 2, { chunk: 16 });
    await session.prefill([words.slice(0, 9), words.slice(9, 13)]);
    using other = new Session(model(), 1, { chunk: 16 });
    await other.prefill([words.slice(30, 36)]);
    await session.replaceRow(0, other);
    expect(session.lengths).toEqual([6, 4]);
    const [first, second] = await session.decode([words[36]!, words[13]!]);
    expectSame(first, await read(model(), words.slice(30, 37)));
    expectSame(second, await read(model(), words.slice(9, 14)));
    expectSame((await other.decode([words[36]!]))[0], await read(model(), words.slice(30, 37)));
  });

  it("is stored, and goes on from the file bit for bit", async () => {
    const path = join(folder, "kept.session");
    using session = new Session(model(), 2, { chunk: 16 });
    await session.prefill([words.slice(0, 9), words.slice(9, 13)]);
    await saveSession(session, path, { notes: "what the caller says" });
    const expected = await session.decode([1, 5]);
    const { session: restored, notes } = await restoreSession(model(), path);
    using _ = restored;
    expect([restored.lengths, notes]).toEqual([[9, 4], "what the caller says"]);
    expect(await restored.decode([1, 5])).toEqual(expected);
  });
});

describe("a session whose states lie in other layouts", () => {
  const reversed = (rank: number): string => `{${[...Array(rank).keys()].join(",")}}`;

  /** The same model with programs that take and give their states with the first dimension fastest. */
  const turned = (model: ProgramSet): ProgramSet =>
    programSet(model, {
      async interfaceOf(key) {
        const program = await model.interfaceOf(key);
        const all = program.arguments.map((argument) =>
          argument.role === "state"
            ? { ...argument, layout: reversed(argument.dimensions.length) }
            : argument,
        );
        return { ...program, arguments: all };
      },
      async run(key, inputs, states = new Map()) {
        const own = new Map<string, DeviceBuffer>();
        for (const [name, buffer] of states) {
          expect(buffer.layout).toBe(reversed(buffer.dimensions.length));
          own.set(name, await model.client.copyInLayout(buffer, rowMajorLayout(buffer.dimensions.length)));
          buffer.close();
        }
        const results = await model.run(key, inputs, own);
        const given = new Map<string, DeviceBuffer>();
        for (const [name, buffer] of results.states) {
          given.set(name, await model.client.copyInLayout(buffer, reversed(buffer.dimensions.length)));
          buffer.close();
        }
        return { ...results, states: given };
      },
    });

  it("is marked, stored, and goes on in programs of either layout, a row in the place of another too", async () => {
    const words = someTokens(3, 20, 40);
    const models = [turned(griffin), griffin, turned(griffin)];
    using straight = new Session(griffin, 2, { chunk: 16 });
    await straight.prefill([words.slice(0, 9), words.slice(9, 13)]);
    let session = new Session(models[0]!, 2, { chunk: 16 });
    await session.prefill([words.slice(0, 9), words.slice(9, 13)]);
    for (const [i, model] of models.entries()) {
      const path = join(folder, `layout-${i}.session`);
      await saveSession(session, path);
      session.close();
      ({ session } = await restoreSession(model, path, { chunk: 16 }));
      const tokens = [i + 1, i + 5];
      expect(await session.decode(tokens)).toEqual(await straight.decode(tokens));
    }
    using other = new Session(models[2]!, 1, { chunk: 16 });
    await other.prefill([words.slice(14, 18)]);
    await session.replaceRow(1, other);
    const [, replaced] = await session.decode([1, 2]);
    session.close();
    expectSame(replaced, await read(griffin, [...words.slice(14, 18), 2]));
  });
});

describe("states that are kept", () => {
  it("have one size, however long the text is", async () => {
    const sizes: number[] = [];
    for (const length of [3, 100]) {
      using session = new Session(griffin, 1, { chunk: 16 });
      await session.prefill([someTokens(1, length)]);
      await saveSession(session, join(folder, "size.session"));
      sizes.push((await readFile(join(folder, "size.session"))).length);
    }
    expect(Math.abs(sizes[1]! - sizes[0]!)).toBeLessThan(16);
  });

  it("are freed with what holds them", async () => {
    using session = new Session(griffin, 2, { chunk: 16 });
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
    using session = new Session(griffin, 2, { chunk: 16 });
    await session.prefill([[1, 2], [3]]);
    using mark = await session.mark();
    const path = join(folder, "freed.session");
    await saveSession(session, path);
    const run = async () => {
      using fork = await session.fork();
      const rewound = errorText(() => fork.rewind(mark));
      fork.close();
      expect(await rewound).toBe("usage error: the session is closed\n  hint:     make another session");
      expect(await errorText(() => restoreSession(griffin, path, { chunk: 0 }))).toBe(
        "usage error: the chunk must be a whole number, 1 or more\n  got:      0",
      );
    };
    await run();
    const before = await held(cpu.client);
    await run();
    expect(await held(cpu.client)).toEqual(before);
  });

  it("stay where they are while a row of them is taken", async () => {
    using session = new Session(griffin, 1, { chunk: 16 });
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
    using session = new Session(griffin, 1, { chunk: 16 });
    await session.prefill([[1]]);
    const path = join(folder, "aborted.session");
    const signal = AbortSignal.abort();
    expect(await errorText(() => saveSession(session, path, { signal }))).toMatch(
      /^aborted: saving the session/,
    );
    expect(await errorText(() => restoreSession(griffin, path, { signal }))).toMatch(
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
    using session = new Session(griffin, 1, { chunk: 16 });
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
    using session = new Session(griffin, 1, { chunk: 16 });
    using other = new Session(griffin, 1, { chunk: 16 });
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
    using session = new Session(griffin, 1, { chunk: 16 });
    expect(await errorText(() => use(session))).toBe(
      "usage error: nothing to go on from\n  hint:     call prefill first",
    );
  });

  it("go into no session of another model, nor into rows that are not there", async () => {
    using session = new Session(griffin, 1, { chunk: 16 });
    using other = new Session(second, 1, { chunk: 16 });
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

describe("a file that is no session of the model", () => {
  const path = join(folder, "bad.session");
  const refused = async (model: ProgramSet): Promise<string> =>
    (await errorText(() => restoreSession(model, path))).replaceAll(folder, "FOLDER");

  it("is of another model", async () => {
    using session = new Session(griffin, 1, { chunk: 16 });
    await session.prefill([[1]]);
    await saveSession(session, path);
    using other = await loadTiny(cpu.client, {}, tinyHawk);
    expect(await refused(other)).toBe(
      [
        "session error: model: the session is of another model: other weights, or another configuration",
        `  expected: ${await other.identity()}`,
        `  got:      ${await griffin.identity()}`,
        "  at:       FOLDER/bad.session",
        "  hint:     load the model that it was saved with, with the same capacity, or read the text again",
      ].join("\n"),
    );
    using half = await loadTiny(cpu.client, { dtype: "bf16" });
    expect(await refused(half)).toBe(
      [
        "session error: dtype: the session was computed in another type",
        "  expected: bf16",
        "  got:      f32",
        "  at:       FOLDER/bad.session",
        "  hint:     load the model with dtype f32",
      ].join("\n"),
    );
  });

  /** A stored session, with its bytes changed. */
  const spoilt = async (change: (bytes: Buffer) => Buffer): Promise<string> => {
    using session = new Session(griffin, 1, { chunk: 16 });
    await session.prefill([[1]]);
    await saveSession(session, path);
    await writeFile(path, change(await readFile(path)));
    return await refused(griffin);
  };
  /** Another text in the header, whose length stands in front of it. */
  const replaced = (from: string, to: string) => (bytes: Buffer) => {
    const changed = Buffer.from(bytes.toString("latin1").replace(from, to), "latin1");
    changed.writeBigUInt64LE(bytes.readBigUInt64LE() + BigInt(changed.length - bytes.length));
    return changed;
  };

  it("is cut off", async () => {
    expect(await spoilt((bytes) => bytes.subarray(0, bytes.length - 3))).toMatch(
      /^session error: file size: the file is cut off\n {2}expected: (\d+) bytes\n {2}got: {6}\d+ bytes\n {2}at: {7}FOLDER\/bad.session\n/,
    );
    expect(await spoilt((bytes) => bytes.subarray(0, 5))).toContain("got:      5 bytes");
  });

  it("was changed", async () => {
    const text = await spoilt((bytes) => {
      bytes[bytes.length - 1]! ^= 1;
      return bytes;
    });
    const expected =
      /^session error: states: the file was changed after it was written\n {2}expected: SHA-256 [0-9a-f]{64}\n {2}got: {6}[0-9a-f]{64}\n {2}at: .*\n {2}hint: {5}read the text again$/;
    expect(text).toMatch(expected);
    // Where the text stands is part of what is computed with.
    expect(await spoilt(replaced('"lengths":"[1]"', '"lengths":"[7]"'))).toMatch(expected);
  });

  it.each([
    [
      "is of another version",
      '"version":"1"',
      '"version":"9"',
      [
        "session error: version: another version of the form",
        "  expected: 1",
        "  got:      9",
        "  at:       FOLDER/bad.session",
        "  hint:     read the text again, or use the release that wrote the file",
      ],
    ],
    [
      "is something else",
      "stablegriffin session",
      "stablegriffin_session",
      [
        "session error: format: this is no session",
        '  expected: "stablegriffin session"',
        '  got:      "stablegriffin_session"',
        "  at:       FOLDER/bad.session",
        "  hint:     griffin chat writes sessions by /save, the API by saveSession",
      ],
    ],
    [
      "has a state of another name",
      '"num_tokens"',
      '"mum_tokens"',
      [
        "session error: 2 problems in FOLDER/bad.session",
        "              problem                expected",
        "  num_tokens  missing                i32 [1]",
        "  mum_tokens  no state of the model",
      ],
    ],
    [
      "says more rows than it holds",
      '"lengths":"[1]","',
      '"lengths":"[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]","',
      [
        "session error: lengths: no state has as many rows as there are lengths",
        "  got:      19",
        "  at:       FOLDER/bad.session",
      ],
    ],
    [
      "says a length that is no position",
      '"lengths":"[1]"',
      '"lengths":"[2147483648]"',
      [
        "session error: lengths: not a list of numbers of tokens",
        "  got:      [2147483648]",
        "  at:       FOLDER/bad.session",
      ],
    ],
    [
      "says no lengths",
      '"lengths":"[1]"',
      '"lengths":"[x]"',
      [
        "session error: lengths: not a list of numbers of tokens",
        "  got:      [x]",
        "  at:       FOLDER/bad.session",
      ],
    ],
  ])("%s", async (_, from, to, lines) => {
    expect((await spoilt(replaced(from, to))).split("\n").map((line) => line.trimEnd())).toEqual(lines);
  });
});
