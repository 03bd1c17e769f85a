import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type ProgramSet, restoreSession, saveSession, Session } from "../../src/serving/index.js";
import { type DeviceBuffer, rowMajorLayout } from "../../src/runtime-pjrt/index.js";
import { sharedFolder } from "../artifact/exported.js";
import { useCpu } from "../dsl/cpu.js";
import { maxDifference, someTokens } from "../engine/tiny.js";
import { programSet } from "./program-set.js";
import { useSessionModels } from "./session-models.js";

const cpu = useCpu();
const models = useSessionModels(cpu);
const folder = await sharedFolder();

/** Of a whole prompt, read at once. */
async function read(model: ProgramSet, prompt: readonly number[]): Promise<Float32Array> {
  using session = new Session(model, 1, { chunk: 16 });
  return (await session.prefill([prompt]))[0]!;
}

const expectSame = (actual: Float32Array | undefined, expected: Float32Array): void =>
  expect(maxDifference(actual!, expected)).toBeLessThan(2e-5);

describe.each([
  ["Griffin", () => models.griffin],
  ["a model of one's own, with a growing cache", () => models.second],
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
    const either = [turned(models.griffin), models.griffin, turned(models.griffin)];
    using straight = new Session(models.griffin, 2, { chunk: 16 });
    await straight.prefill([words.slice(0, 9), words.slice(9, 13)]);
    let session = new Session(either[0]!, 2, { chunk: 16 });
    await session.prefill([words.slice(0, 9), words.slice(9, 13)]);
    for (const [i, model] of either.entries()) {
      const path = join(folder, `layout-${i}.session`);
      await saveSession(session, path);
      session.close();
      ({ session } = await restoreSession(model, path, { chunk: 16 }));
      const tokens = [i + 1, i + 5];
      expect(await session.decode(tokens)).toEqual(await straight.decode(tokens));
    }
    using other = new Session(either[2]!, 1, { chunk: 16 });
    await other.prefill([words.slice(14, 18)]);
    await session.replaceRow(1, other);
    const [, replaced] = await session.decode([1, 2]);
    session.close();
    expectSame(replaced, await read(models.griffin, [...words.slice(14, 18), 2]));
  });
});
