import { expect, test } from "vitest";
import { griffin } from "../../models/index.js";
import { completeKey } from "../../src/model/index.js";

const model = griffin.presets.tiny!;

test("what is not said of a program is the first piece of one prompt, in the checkpoint's dtype", () => {
  expect(completeKey(model)).toEqual({
    kind: "prefill",
    batch: 1,
    time: 256,
    probes: false,
    dtype: model.dtype,
  });
});

test("a kind that takes so many tokens is given them; what is said stays", () => {
  expect(completeKey(model, { kind: "decode", batch: 3, dtype: "f16" })).toEqual({
    kind: "decode",
    batch: 3,
    time: 1,
    probes: false,
    dtype: "f16",
  });
  expect(completeKey(model, { kind: "forward", time: 7, probes: true })).toMatchObject({
    kind: "forward",
    time: 7,
    probes: true,
  });
});
