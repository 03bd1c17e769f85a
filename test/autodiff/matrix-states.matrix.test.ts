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
  sum,
  type Tensor,
  valueAndGrad,
} from "../../src/dsl/index.js";
import { randomNumbers } from "../../src/testing/random-numbers.js";
import { type Cpu, useCpu } from "../dsl/cpu.js";

const cpu: Cpu = useCpu();

/** So many numbers a token that tokens are taken in several groups of chunks, of which the last is not full. */
const [head, key, channel] = [axis("head", 24), axis("key", 64), axis("channel", 8)];
const time = axis("time", 133);
const roles = { time: "time", key: "key", value: "channel" } as const;
const matrix = ["head", "key", "channel"] as const;

interface Given {
  readonly query: Tensor<"time" | "key", "f32">;
  readonly key: Tensor<"time" | "key", "f32">;
  readonly value: Tensor<"time" | "head" | "channel", "f32">;
  readonly logDecay: Tensor<"time" | "head" | "key", "f32">;
  readonly state: Tensor<"head" | "key" | "channel", "f32">;
  readonly read: Tensor<"time" | "head" | "key", "f32">;
  readonly write: Tensor<"time" | "head" | "key", "f32">;
}
type Layer = (given: Given) => {
  readonly y: Given["value"];
  readonly last: Given["state"];
};

/** One state after the other. */
const byScan =
  (isDelta: boolean): Layer =>
  ({ state, ...rows }) => {
    const walked = scan("time", { state }, rows, (carry, x) => {
      const faded = carry.state.mul(exp(x.logDecay));
      const kept = isDelta ? faded.add(einsum([x.write, dot(x.read, carry.state, "key")], matrix)) : faded;
      const next = kept.add(einsum([x.key, x.value], matrix));
      return { carry: { state: next }, output: { y: dot(x.query, next, "key") } };
    });
    return { y: walked.outputs.y, last: walked.carry.state };
  };

/** Loss and gradients of all inputs; y and the last state have cotangents of every size and sign. */
function gradientsBy(layer: Layer, numbers: Readonly<Record<string, readonly number[]>>) {
  const traced = program({ name: "p" }, () => {
    const given: Given = {
      query: input("query", [time, key], "f32"),
      key: input("key", [time, key], "f32"),
      value: input("value", [time, head, channel], "f32"),
      logDecay: input("logDecay", [time, head, key], "f32"),
      state: input("state", [head, key, channel], "f32"),
      read: input("read", [time, head, key], "f32"),
      write: input("write", [time, head, key], "f32"),
    };
    const ofY = input("ofY", [time, head, channel], "f32");
    const ofLast = input("ofLast", [head, key, channel], "f32");
    const { loss, gradients } = valueAndGrad((x: Given) => {
      const { y, last } = layer(x);
      return { loss: sum(y.mul(ofY), ["time", "head", "channel"]).add(sum(last.mul(ofLast), matrix)) };
    })(given);
    return { loss, ...gradients };
  });
  return cpu.run(traced, numbers);
}

/** @param strongest log decays lie between 0 and this; every tenth token forgets all */
function numbersOf(strongest: number): Record<string, number[]> {
  const rows = time.size * head.size * key.size;
  const draw = (seed: number, count: number, most: number) => randomNumbers(seed, count, -most, most);
  return {
    query: draw(1, time.size * key.size, 1),
    key: draw(2, time.size * key.size, 1),
    value: draw(3, time.size * head.size * channel.size, 1),
    logDecay: randomNumbers(4, rows, strongest, 0).map((log, i) =>
      Math.floor(i / (head.size * key.size)) % 10 === 7 ? Number.NEGATIVE_INFINITY : log,
    ),
    state: draw(5, head.size * key.size * channel.size, 1),
    read: draw(6, rows, 0.2),
    write: draw(7, rows, 0.2),
    ofY: draw(8, time.size * head.size * channel.size, 1),
    ofLast: draw(9, head.size * key.size * channel.size, 1),
  };
}

const largest = (numbers: readonly number[]): number =>
  numbers.reduce((most, x) => Math.max(most, Math.abs(x)), 0);

describe("the gradient by chunks, of several groups of tokens, is that of one state after the other", () => {
  it.each([
    ["linear attention", -0.5, false],
    ["the delta rule", -0.5, true],
    ["the delta rule, by decays that are stronger than any f32 can undo", -200, true],
  ] as const)("%s", async (_, strongest, isDelta) => {
    const numbers = numbersOf(strongest);
    const layer: Layer = isDelta
      ? (given) => deltaRule({ ...given, axes: roles })
      : ({ query, key: keys, value, logDecay, state }) =>
          linearAttention({ query, key: keys, value, logDecay, state, axes: roles });
    const [expected, got] = [await gradientsBy(byScan(isDelta), numbers), await gradientsBy(layer, numbers)];
    for (const [name, values] of Object.entries(expected)) {
      const apart = largest(values.map((x, i) => x - got[name]![i]!));
      expect(got[name]!.every(Number.isFinite), name).toBe(true);
      expect(apart, name).toBeLessThanOrEqual(2e-5 * Math.max(1, largest(values)));
    }
  });
});
