/** @file The families that are recurrences: our function, and the same as an author writes it who knows of `scan` alone. */
import {
  axis,
  deltaRule,
  dot,
  einsum,
  exp,
  linearAttention,
  scan,
  selectiveScan,
  spec,
  type Spec,
} from "../../src/dsl/index.js";
import { type Case, makeCase } from "./forms.js";

const batch = axis("batch", 1);

/** A layer of Mamba 130M: 1536 channels of 16 states each. */
export function selectiveScanCase(steps: number): Case {
  const [time, channel, state] = [axis("time", steps), axis("channel", 1536), axis("state", 16)] as const;
  return makeCase(steps, {
    family: "selectiveScan",
    operands: {
      x: spec([batch, time, channel], "f32"),
      delta: spec([batch, time, channel], "f32"),
      a: spec([channel, state], "f32"),
      b: spec([batch, time, state], "f32"),
      c: spec([batch, time, state], "f32"),
      h0: spec([batch, channel, state], "f32"),
    },
    axes: [batch, time, channel],
    ours: (given) => selectiveScan({ ...given, axis: "time", states: ["state"] }).y,
    generalScan({ x, delta, a, b, c, h0 }) {
      const { outputs } = scan("time", { h: h0 }, { x, delta, b, c }, (carry, now) => {
        const order = ["batch", "channel", "state"] as const;
        const kept = exp(einsum([now.delta, a], order)).mul(carry.h);
        const h = kept.add(einsum([now.delta.mul(now.x), now.b], order));
        return { carry: { h }, output: { y: dot(h, now.c, "state") } };
      });
      return outputs.y;
    },
  });
}

const roles = { time: "time", key: "key", value: "channel" } as const;
const matrix = ["batch", "head", "key", "channel"] as const;

/** What is there for each token; heads may share it, or its channels. */
type Row = Spec<"batch" | "time" | "head" | "key", "f32">;

/** The sizes of a recurrence whose state is a matrix for each head, and the tensors that all such have. */
function matrixStates(steps: number, heads: number, keys: number, values: number) {
  const [time, head] = [axis("time", steps), axis("head", heads)] as const;
  const [key, channel] = [axis("key", keys), axis("channel", values)] as const;
  const axes = [batch, time, head, channel] as const;
  const [value, state] = [spec(axes, "f32"), spec([batch, head, key, channel], "f32")];
  return { time, head, key, axes, held: { value, state } };
}

/** Linear attention of queries and keys `row`, by what decays together. */
function linearAttentionCase(
  steps: number,
  decays: string,
  { axes, held }: ReturnType<typeof matrixStates>,
  { row, logDecay }: { readonly row: Row; readonly logDecay: Row },
): Case {
  return makeCase(steps, {
    family: `linearAttention, ${decays} decays`,
    operands: { query: row, key: row, value: held.value, logDecay, state: held.state },
    axes,
    ours: (given) => linearAttention({ ...given, axes: roles }).y,
    generalScan({ state, ...rows }) {
      const { outputs } = scan("time", { state }, rows, (carry, now) => {
        const added = einsum([now.key, now.value], matrix);
        const next = carry.state.mul(exp(now.logDecay)).add(added);
        return { carry: { state: next }, output: { y: dot(now.query, next, "key") } };
      });
      return outputs.y;
    },
  });
}

/** A layer of Mamba-2 130M: 24 heads that share query and key, each with a decay of its own a token. */
export function headDecayCase(steps: number): Case {
  const states = matrixStates(steps, 24, 128, 64);
  const { time, head, key } = states;
  return linearAttentionCase(steps, "head", states, {
    row: spec([batch, time, key], "f32"),
    logDecay: spec([batch, time, head], "f32"),
  });
}

/** A layer of gated linear attention: 4 heads with queries and keys of their own, each channel of which decays by itself. */
export function channelDecayCase(steps: number): Case {
  const states = matrixStates(steps, 4, 64, 128);
  const row = spec([batch, states.time, states.head, states.key], "f32");
  return linearAttentionCase(steps, "channel", states, { row, logDecay: row });
}

/** A layer of RWKV-7 of width 768: 12 heads. */
export function deltaRuleCase(steps: number): Case {
  const { time, head, key, axes, held } = matrixStates(steps, 12, 64, 64);
  const row = spec([batch, time, head, key], "f32");
  return makeCase(steps, {
    family: "deltaRule",
    operands: {
      ...{ query: row, key: row, value: held.value, logDecay: row, state: held.state },
      ...{ read: row, write: row },
    },
    axes,
    ours: (given) => deltaRule({ ...given, axes: roles }).y,
    generalScan({ state, ...rows }) {
      const { outputs } = scan("time", { state }, rows, (carry, now) => {
        const found = dot(now.read, carry.state, "key");
        const kept = carry.state.mul(exp(now.logDecay)).add(einsum([now.write, found], matrix));
        const next = kept.add(einsum([now.key, now.value], matrix));
        return { carry: { state: next }, output: { y: dot(now.query, next, "key") } };
      });
      return outputs.y;
    },
  });
}
