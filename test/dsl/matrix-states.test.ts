import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  axis,
  deltaRule,
  dot,
  einsum,
  exp,
  input,
  linearAttention,
  program,
  scan,
  select,
  sum,
  type Tensor,
  valueAndGrad,
} from "../../src/dsl/index.js";
import { randomNumbers } from "../../src/testing/random-numbers.js";
import { run } from "./interpret.js";
import { traceComplaint, traced } from "./trace.js";

const [batch, heads, key, channel] = [axis("batch", 2), axis("heads", 2), axis("key", 2), axis("channel", 2)];
const axes = { time: "time", key: "key", value: "channel" } as const;
type Query = Tensor<"batch" | "time" | "key", "f32">;
type Value = Tensor<"batch" | "time" | "heads" | "channel", "f32">;
type State = Tensor<"batch" | "heads" | "key" | "channel", "f32">;
type Decay = Tensor<"batch" | "time" | "heads" | "key", "f32">;

const matrix = ["batch", "heads", "key", "channel"] as const;

interface Given {
  readonly query: Query;
  readonly key: Query;
  readonly value: Value;
  readonly logDecay: Decay;
  readonly state: State;
  readonly read: Query;
  readonly write: Decay;
}

/** As an author writes it who knows of `scan` only: a state for each token. */
function naive(given: Given, position: Tensor<"batch" | "time", "i32">) {
  const { state, ...rows } = given;
  const walked = scan("time", { state }, { ...rows, position }, (carry, x) => {
    const before = select(x.position.eq(0), 0, carry.state);
    const found = dot(x.read, before, "key");
    const next = before
      .mul(exp(x.logDecay))
      .add(einsum([x.write, found], matrix))
      .add(einsum([x.key, x.value], matrix));
    return { carry: { state: next }, output: { y: dot(x.query, next, "key") } };
  });
  return { y: walked.outputs.y, last: walked.carry.state };
}

/** The results of a program of two sequences, their sum squared and its gradients to all inputs, by what computes them. */
function results(
  steps: number,
  numbers: Readonly<Record<string, readonly number[]>>,
  compute: (
    given: Given,
    position: Tensor<"batch" | "time", "i32">,
  ) => { readonly y: Value; readonly last: State },
) {
  const time = axis("time", steps);
  const traced = program({ name: "p" }, () => {
    const given: Given = {
      query: input("query", [batch, time, key], "f32"),
      key: input("key", [batch, time, key], "f32"),
      value: input("value", [batch, time, heads, channel], "f32"),
      logDecay: input("logDecay", [batch, time, heads, key], "f32"),
      state: input("state", [batch, heads, key, channel], "f32"),
      read: input("read", [batch, time, key], "f32"),
      write: input("write", [batch, time, heads, key], "f32"),
    };
    const position = input("position", [batch, time], "i32");
    const { loss, gradients } = valueAndGrad((x: Given) => {
      const { y, last } = compute(x, position);
      const squares = sum(y.mul(y), ["batch", "time", "heads", "channel"]);
      return { loss: squares.add(sum(last.mul(last), ["batch", "heads", "key", "channel"])) };
    })(given);
    return { loss, ...gradients };
  });
  return run(traced, numbers);
}

const delta = (given: Given, segmentPos: Tensor<"batch" | "time", "i32">) =>
  deltaRule({ ...given, axes, segmentPos });

/** Inputs of some steps; documents begin where `starts` says. */
function numbersOf(steps: number, starts: readonly number[], seed: number) {
  const random = (i: number, count: number, low = -1, high = 1) => randomNumbers(seed + i, count, low, high);
  return {
    query: random(1, 4 * steps),
    key: random(2, 4 * steps),
    value: random(3, 8 * steps),
    logDecay: random(4, 8 * steps, -2, 0),
    state: random(5, 16),
    read: random(6, 4 * steps, -0.7, 0.7),
    write: random(7, 8 * steps, -0.7, 0.7),
    position: Array.from({ length: 2 * steps }, (_, i) => (starts.includes(i) ? 0 : 5)),
  };
}

const near = (numbers: readonly number[]) => numbers.map((number) => expect.closeTo(number, 3));

describe("deltaRule", () => {
  /** Both ways to compute, for sequences in which documents begin where `starts` says. */
  const check = (steps: number, starts: readonly number[], seed: number): void => {
    const numbers = numbersOf(steps, starts, seed);
    const expected = results(steps, numbers, naive);
    const got = results(steps, numbers, delta);
    for (const [name, values] of Object.entries(expected)) expect(got[name], name).toEqual(near(values));
  };

  it("and its gradients are what a scan over states gives", () => {
    const place = fc.nat(9);
    fc.assert(fc.property(fc.integer({ min: 1, max: 5 }), fc.array(place), fc.nat(1000), check), {
      numRuns: 1,
    });
  });

  it("sees nothing of the documents before, neither by decays nor by what it reads", () => {
    check(4, [2, 4, 5], 1);
  });

  it("says which vector has an axis too many", () => {
    const error = traceComplaint(() =>
      deltaRule({
        query: input("query", [batch, axis("time", 3), key], "f32"),
        key: input("key", [batch, axis("time", 3), key], "f32"),
        value: input("value", [batch, axis("time", 3), channel], "f32"),
        logDecay: input("logDecay", [key], "f32"),
        state: input("state", [batch, key, channel], "f32"),
        read: input("read", [axis("row", 3), key], "f32") as never,
        write: input("write", [key], "f32"),
        axes,
      }),
    );
    expect(error).toMatchInlineSnapshot(`
      "shape error: deltaRule: read has an axis "row" that it must not have
        expected: some of [batch, time, key]
        got:      [row 3, key 2] f32
        at:       test/dsl/matrix-states.test.ts LINE
        | deltaRule({
        | ^"
    `);
  });
});

describe("linearAttention", () => {
  const time = axis("time", 3);
  const opLines = (body: () => object) =>
    traced(body as Parameters<typeof traced>[0])
      .split("\n")
      .filter((line) => line.includes('"nn.'))
      .map((line) => line.trim());

  it("takes decays of heads alone, as RetNet, and axes in any order", () => {
    const lines = opLines(() =>
      linearAttention({
        query: input("query", [time, heads, batch, key], "f32"),
        key: input("key", [batch, time, heads, key], "f32"),
        value: input("value", [heads, time, batch, channel], "f32"),
        logDecay: input("logDecay", [heads], "f32"),
        state: input("state", [channel, heads, batch, key], "f32"),
        axes,
      }),
    );
    expect(lines).toMatchInlineSnapshot(`
      [
        "%10:2 = "nn.linear_attention"(%1, %3, %5, %7, %9) : (tensor<4x3x2xf32>, tensor<4x3x2xf32>, tensor<4x1x3x2xf32>, tensor<4x1x3x1xf32>, tensor<4x1x2x2xf32>) -> (tensor<4x1x3x2xf32>, tensor<4x1x2x2xf32>)",
      ]
    `);
  });

  it("lets heads share query and key, as groups of Mamba-2", () => {
    const lines = opLines(() =>
      linearAttention({
        query: input("query", [batch, time, key], "bf16"),
        key: input("key", [batch, time, key], "bf16"),
        value: input("value", [batch, time, heads, channel], "bf16"),
        logDecay: input("logDecay", [batch, time, heads], "f32"),
        state: input("state", [batch, heads, key, channel], "f32"),
        axes,
        segmentPos: input("position", [batch, time], "i32"),
      }),
    );
    expect(lines).toMatchInlineSnapshot(`
      [
        "%10:2 = "nn.linear_attention"(%0, %1, %3, %8, %9) : (tensor<2x3x2xbf16>, tensor<2x3x2xbf16>, tensor<2x2x3x2xbf16>, tensor<2x2x3x1xf32>, tensor<2x2x2x2xf32>) -> (tensor<2x2x3x2xbf16>, tensor<2x2x2x2xf32>)",
      ]
    `);
  });

  it("gives y the axes of the value and the state its own", () => {
    traced(() => {
      const { y, last } = linearAttention({
        query: input("query", [batch, time, key], "f32"),
        key: input("key", [batch, time, key], "f32"),
        value: input("value", [batch, time, heads, channel], "f32"),
        logDecay: input("logDecay", [batch, time, heads], "f32"),
        state: input("state", [batch, heads, key, channel], "f32"),
        axes,
      });
      const typedY: Value = y;
      const typedLast: State = last;
      expect(typedY.axes.map(({ name }) => name)).toEqual(["batch", "heads", "time", "channel"]);
      expect(typedLast.axes.map(({ name }) => name)).toEqual(["batch", "heads", "key", "channel"]);
      return { y, last };
    });
  });

  it.each([
    [
      "channels of values that are those of keys",
      () => ({ value: input("value", [batch, time, key], "f32"), axes: { ...axes, value: "key" } }),
      "keys and values must have channels of their own\n  expected: two axes, one that query and key have, and one that the value has",
    ],
    [
      "a query without time",
      () => ({ query: input("query", [batch, key], "f32") }),
      'there is no axis "time"\n  got:      [batch 2, key 2] f32',
    ],
    [
      "a value without the batch",
      () => ({ value: input("value", [time, channel], "f32") }),
      'there is no axis "batch"\n  got:      [time 3, channel 2] f32',
    ],
    [
      "a state of other axes",
      () => ({ state: input("state", [batch, key], "f32") }),
      "state has other axes than it must\n  expected: [batch, key, channel]\n  got:      [batch 2, key 2] f32",
    ],
    [
      "sizes that differ",
      () => ({ key: input("key", [batch, time, axis("key", 7)], "f32") }),
      'axis "key" is 2 in query and 7 in key',
    ],
    [
      "positions of one token, which are not those of all",
      () => ({ segmentPos: input("p", [batch, axis("time", 1)], "i32") }),
      'axis "time" is 3 in query and 1 in segmentPos',
    ],
    [
      "decays of an axis of their own",
      () => ({ logDecay: input("logDecay", [axis("row", 2)], "f32") }),
      'logDecay has an axis "row" that it must not have\n  expected: some of [batch, time]\n  got:      [row 2] f32',
    ],
  ])("complains of %s", (_, wrong, expected) => {
    const error = traceComplaint(() =>
      linearAttention({
        query: input("q", [batch, time, key], "f32"),
        key: input("k", [batch, time, key], "f32"),
        value: input("v", [batch, time, channel], "f32"),
        logDecay: input("d", [batch, time], "f32"),
        state: input("s", [batch, key, channel], "f32"),
        axes,
        ...(wrong() as object),
      }),
    );
    expect(error.split("\n  at: ")[0]).toBe(`shape error: linearAttention: ${expected}`);
    expect(error).toContain("\n  | linearAttention({");
  });
});
