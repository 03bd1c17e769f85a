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
} from "../../src/dsl/index.js";
import { type Case, traced } from "./forms.js";

const batch = axis("batch", 1);

/** A layer of Mamba 130M: 1536 channels of 16 states each. */
export function selectiveScanCase(steps: number): Case {
  const [time, channel, state] = [axis("time", steps), axis("channel", 1536), axis("state", 16)] as const;
  const operands = {
    x: spec([batch, time, channel], "f32"),
    delta: spec([batch, time, channel], "f32"),
    a: spec([channel, state], "f32"),
    b: spec([batch, time, state], "f32"),
    c: spec([batch, time, state], "f32"),
    h0: spec([batch, channel, state], "f32"),
  } as const;
  const axes = [batch, time, channel] as const;
  return {
    name: `selectiveScan, ${steps} tokens`,
    family: "selectiveScan",
    operands,
    y: spec(axes, "f32"),
    window: null,
    forms: {
      ours: traced(operands, axes, (given) => selectiveScan({ ...given, axis: "time", states: ["state"] }).y),
      "general scan": traced(operands, axes, ({ x, delta, a, b, c, h0 }) => {
        const { outputs } = scan("time", { h: h0 }, { x, delta, b, c }, (carry, now) => {
          const order = ["batch", "channel", "state"] as const;
          const kept = exp(einsum([now.delta, a], order)).mul(carry.h);
          const h = kept.add(einsum([now.delta.mul(now.x), now.b], order));
          return { carry: { h }, output: { y: dot(h, now.c, "state") } };
        });
        return outputs.y;
      }),
    },
  };
}

/** A layer of Mamba-2 130M: 24 heads that share query and key, each with a decay of its own a token. */
export function headDecayCase(steps: number): Case {
  const [time, head] = [axis("time", steps), axis("head", 24)] as const;
  const [key, channel] = [axis("key", 128), axis("channel", 64)] as const;
  const operands = {
    query: spec([batch, time, key], "f32"),
    key: spec([batch, time, key], "f32"),
    value: spec([batch, time, head, channel], "f32"),
    logDecay: spec([batch, time, head], "f32"),
    state: spec([batch, head, key, channel], "f32"),
  } as const;
  const axes = [batch, time, head, channel] as const;
  const roles = { time: "time", key: "key", value: "channel" } as const;
  return {
    name: `linearAttention, head decays, ${steps} tokens`,
    family: "linearAttention, head decays",
    operands,
    y: spec(axes, "f32"),
    window: null,
    forms: {
      ours: traced(operands, axes, (given) => linearAttention({ ...given, axes: roles }).y),
      "general scan": traced(operands, axes, ({ state, ...rows }) => {
        const { outputs } = scan("time", { state }, rows, (carry, now) => {
          const added = einsum([now.key, now.value], ["batch", "head", "key", "channel"]);
          const next = carry.state.mul(exp(now.logDecay)).add(added);
          return { carry: { state: next }, output: { y: dot(now.query, next, "key") } };
        });
        return outputs.y;
      }),
    },
  };
}

/** Operands of recurrences whose heads have queries and keys of their own, each channel of which decays by itself. */
function channelDecayOperands(steps: number, heads: number, values: number) {
  const [time, head] = [axis("time", steps), axis("head", heads)] as const;
  const [key, channel] = [axis("key", 64), axis("channel", values)] as const;
  const rows = [batch, time, head, key] as const;
  return {
    axes: [batch, time, head, channel] as const,
    roles: { time: "time", key: "key", value: "channel" } as const,
    rows: spec(rows, "f32"),
    operands: {
      query: spec(rows, "f32"),
      key: spec(rows, "f32"),
      value: spec([batch, time, head, channel], "f32"),
      logDecay: spec(rows, "f32"),
      state: spec([batch, head, key, channel], "f32"),
    } as const,
  };
}

/** A layer of gated linear attention: 4 heads. */
export function channelDecayCase(steps: number): Case {
  const { operands, axes, roles } = channelDecayOperands(steps, 4, 128);
  return {
    name: `linearAttention, channel decays, ${steps} tokens`,
    family: "linearAttention, channel decays",
    operands,
    y: spec(axes, "f32"),
    window: null,
    forms: {
      ours: traced(operands, axes, (given) => linearAttention({ ...given, axes: roles }).y),
      "general scan": traced(operands, axes, ({ state, ...rows }) => {
        const { outputs } = scan("time", { state }, rows, (carry, now) => {
          const added = einsum([now.key, now.value], ["batch", "head", "key", "channel"]);
          const next = carry.state.mul(exp(now.logDecay)).add(added);
          return { carry: { state: next }, output: { y: dot(now.query, next, "key") } };
        });
        return outputs.y;
      }),
    },
  };
}

/** A layer of RWKV-7 of width 768: 12 heads. */
export function deltaRuleCase(steps: number): Case {
  const { rows, axes, roles, ...common } = channelDecayOperands(steps, 12, 64);
  const operands = { ...common.operands, read: rows, write: rows } as const;
  return {
    name: `deltaRule, ${steps} tokens`,
    family: "deltaRule",
    operands,
    y: spec(axes, "f32"),
    window: null,
    forms: {
      ours: traced(operands, axes, (given) => deltaRule({ ...given, axes: roles }).y),
      "general scan": traced(operands, axes, ({ state, ...inputs }) => {
        const order = ["batch", "head", "key", "channel"] as const;
        const { outputs } = scan("time", { state }, inputs, (carry, now) => {
          const found = dot(now.read, carry.state, "key");
          const kept = carry.state.mul(exp(now.logDecay)).add(einsum([now.write, found], order));
          const next = kept.add(einsum([now.key, now.value], order));
          return { carry: { state: next }, output: { y: dot(now.query, next, "key") } };
        });
        return outputs.y;
      }),
    },
  };
}
