/** @file All that is measured: six families, each at two sizes. */
import { attention, axis, spec } from "../../src/dsl/index.js";
import { type Case, makeCase } from "./forms.js";
import { channelDecayCase, deltaRuleCase, headDecayCase, selectiveScanCase } from "./recurrences.js";

/** Causal attention of 8 heads of queries over 2 of keys and values. */
function attentionCase(steps: number, window: number | null): Case {
  const [batch, time, channel] = [axis("batch", 1), axis("time", steps), axis("channel", 64)] as const;
  const [head, keyHead] = [axis("head", 8), axis("keyHead", 2)] as const;
  const keys = [batch, time, keyHead, channel] as const;
  const axes = [batch, time, head, channel] as const;
  const operands = {
    q: spec(axes, "f32"),
    k: spec(keys, "f32"),
    v: spec(keys, "f32"),
    segmentPos: spec([batch, time], "i32"),
  } as const;
  return makeCase(steps, {
    family: window === null ? "attention, grouped" : "attention, windowed",
    operands,
    axes,
    window,
    ours: (given) =>
      attention({
        ...given,
        scale: 1 / 8,
        ...(window === null ? {} : { window }),
        axes: { time: "time", channels: "channel" },
      }),
  });
}

/** All cases; a quick look takes an eighth of the tokens. */
export function allCases(quick: boolean): readonly Case[] {
  const part = quick ? 8 : 1;
  const both = (short: number, long: number, make: (steps: number) => Case): readonly Case[] => [
    make(short / part),
    make(long / part),
  ];
  return [
    ...both(512, 2048, selectiveScanCase),
    ...both(512, 2048, headDecayCase),
    ...both(512, 2048, channelDecayCase),
    ...both(256, 1024, deltaRuleCase),
    ...both(512, 2048, (steps) => attentionCase(steps, null)),
    ...both(1024, 4096, (steps) => attentionCase(steps, 256 / part)),
  ];
}
