import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Model } from "../../src/engine/index.js";
import type { DeviceBuffer } from "../../src/runtime-pjrt/index.js";
import { Session } from "../../src/serving/index.js";
import { useCpu } from "../dsl/cpu.js";
import { forwardLogits, loadTiny, maxDifference, positionsOf, someTokens } from "./tiny.js";

const cpu = useCpu();
const TIME = 30;
/** Logits reach 15, where an f32 step is 1e-6. */
const TOLERANCE = 2e-5;
const tokens = someTokens(1, TIME);

let model: Model;
/** Logits of a full forward over all tokens: what everything else must give. */
let expected: Float32Array[];

beforeAll(async () => {
  model = await loadTiny(cpu.client);
  [expected] = (await forwardLogits(model, [tokens])) as [Float32Array[]];
});
afterAll(() => model.close());

describe("a session gives what a full forward gives", () => {
  it("token by token from the first one, across the wrap of the ring", async () => {
    using session = new Session(model, 1, { chunk: 1 });
    let [logits] = await session.prefill([tokens.slice(0, 1)]);
    expect(maxDifference(logits!, expected[0]!)).toBeLessThan(TOLERANCE);
    for (let t = 1; t < TIME; t++) {
      [logits] = await session.decode([tokens[t]!]);
      expect(maxDifference(logits!, expected[t]!), `position ${t}`).toBeLessThan(TOLERANCE);
    }
  });

  it.each([1, 7, 8, 9, 16, 17])(
    "after a prompt of %d tokens, for every token that follows",
    async (length) => {
      using session = new Session(model, 1);
      let [logits] = await session.prefill([tokens.slice(0, length)]);
      expect(maxDifference(logits!, expected[length - 1]!), "the prompt").toBeLessThan(TOLERANCE);
      for (let t = length; t < TIME; t++) {
        [logits] = await session.decode([tokens[t]!]);
        expect(maxDifference(logits!, expected[t]!), `position ${t}`).toBeLessThan(TOLERANCE);
      }
    },
  );

  it("with the prompt read in chunks of a length that the window does not have", async () => {
    using session = new Session(model, 1, { chunk: 9 });
    let [logits] = await session.prefill([tokens.slice(0, TIME - 1)]);
    expect(maxDifference(logits!, expected[TIME - 2]!)).toBeLessThan(TOLERANCE);
    [logits] = await session.decode([tokens[TIME - 1]!]);
    expect(maxDifference(logits!, expected[TIME - 1]!)).toBeLessThan(TOLERANCE);
  });
});

describe("score", () => {
  it("gives the logits of every position of a chunk that follows", async () => {
    const start = 12;
    const upload = (values: readonly number[]) =>
      cpu.client.toDevice({
        elementType: "i32",
        dimensions: [1, values.length],
        data: Int32Array.from(values),
      });
    const run = async (
      kind: "prefill" | "score",
      from: number,
      to: number,
      states?: ReadonlyMap<string, DeviceBuffer>,
    ) => {
      using ids = await upload(tokens.slice(from, to));
      using positions = await upload(positionsOf(TIME).slice(from, to));
      const inputs = new Map([
        ["tokens", ids],
        ["segment_pos", positions],
      ]);
      return await model.run({ kind, batch: 1, time: to - from }, inputs, states);
    };
    const prompt = await run("prefill", 0, start);
    for (const output of prompt.outputs.values()) output.close();
    const { outputs, states } = await run("score", start, TIME, prompt.states);
    for (const state of states.values()) state.close();
    using logits = outputs.get("logits")!;
    const scored = new Float32Array((await logits.toHost()).buffer);
    const wanted = Float32Array.from(expected.slice(start).flatMap((row) => [...row]));
    expect(maxDifference(scored, wanted)).toBeLessThan(TOLERANCE);
  });
});

describe("rows of a batch do not see each other", () => {
  const lengths = [23, 1, 11, 2];

  it("prompts of different length, read in chunks of 5, then decoded", async () => {
    const chunk = 5;
    const rows = lengths.map((length, row) => someTokens(10 + row, length + 3));
    using session = new Session(model, rows.length, { chunk });
    const steps = [await session.prefill(rows.map((row, i) => row.slice(0, lengths[i])))];
    for (let t = 0; t < 3; t++) steps.push(await session.decode(rows.map((row, i) => row[lengths[i]! + t]!)));
    for (const [i, row] of rows.entries()) {
      using alone = new Session(model, 1, { chunk });
      const [first] = await alone.prefill([row.slice(0, lengths[i])]);
      expect(maxDifference(first!, steps[0]![i]!), `row ${i}`).toBeLessThan(TOLERANCE);
      for (let t = 0; t < 3; t++) {
        const [next] = await alone.decode([row[lengths[i]! + t]!]);
        expect(maxDifference(next!, steps[t + 1]![i]!), `row ${i}, step ${t}`).toBeLessThan(TOLERANCE);
      }
    }
  });
});

describe("documents do not see each other", () => {
  it("packed, each gives what it gives alone", async () => {
    const lengths = [11, 3, 1, 15];
    const [packed] = (await forwardLogits(model, [tokens], [positionsOf(...lengths)])) as [Float32Array[]];
    let from = 0;
    for (const length of lengths) {
      const [alone] = (await forwardLogits(model, [tokens.slice(from, from + length)])) as [Float32Array[]];
      alone.forEach((logits, t) => {
        expect(maxDifference(logits, packed[from + t]!), `token ${from + t}`).toBeLessThan(TOLERANCE);
      });
      from += length;
    }
  });

  it("padding in front changes nothing", async () => {
    const real = tokens.slice(0, 15);
    const padded = [...someTokens(5, 15), ...real];
    const [logits] = (await forwardLogits(model, [padded], [positionsOf(-15, 15)])) as [Float32Array[]];
    real.forEach((_, t) => {
      expect(maxDifference(logits[15 + t]!, expected[t]!), `token ${t}`).toBeLessThan(TOLERANCE);
    });
  });
});

describe("state", () => {
  const bytes = (kind: "prefill" | "extend" | "decode", time: number): number => {
    const width: Readonly<Record<string, number>> = { f32: 4, i32: 4 };
    return model
      .lower({ kind, batch: 1, time })
      .results.filter(({ role }) => role === "state")
      .reduce(
        (sum, { dimensions, elementType }) =>
          sum + dimensions.reduce((size, n) => size * n, width[elementType]!),
        0,
      );
  };

  it("has one size per sequence, however many tokens were read", () => {
    const perLayer = { tail: 3 * 48 * 4, state: 48 * 4, ring: 2 * 8 * 16 * 4 };
    const expectedBytes = perLayer.tail + perLayer.state + perLayer.ring + 4;
    expect([bytes("prefill", 16), bytes("prefill", 64), bytes("extend", 64), bytes("decode", 1)]).toEqual(
      Array(4).fill(expectedBytes),
    );
  });
});
