import { describe, expect, test } from "vitest";
import { optimizerOf, resolveSettings } from "../../../src/engine/train/settings.js";
import { axis } from "../../../src/dsl/index.js";
import { errorText } from "../../weights/files.js";

const given = { model: "m", data: ["d.jsonl"] };

test.each([
  ["adafactor", {}, ["rows", "columns"]],
  ["adafactor", { b1: 0.9 }, ["rows", "columns", "mean"]],
  ["adamw", {}, ["mean", "square"]],
  ["lion", {}, ["mean"]],
  ["momentum", {}, ["trace"]],
  ["sgd", {}, []],
  ["sgd", { ema: 0.9 }, ["average"]],
] as const)("of a matrix, %s with %j keeps %j", (optimizer, settings, kept) => {
  const { slots } = optimizerOf(resolveSettings({ ...given, optimizer, ...settings }));
  expect(Object.keys(slots([axis("out", 256), axis("in", 128)]))).toEqual(kept);
});

describe("a setting that an optimiser has not is refused", () => {
  test.each([
    ["adafactor", { b2: 0.9 }, "adafactor has no b2", "b1, weightDecay", "b2 0.9"],
    ["momentum", { weightDecay: 0.1 }, "momentum has no weightDecay", "b1", "weightDecay 0.1"],
    ["sgd", { b1: 0.9 }, "sgd has no b1", "no setting but the learning rate", "b1 0.9"],
  ] as const)("%s with %j", async (optimizer, settings, message, expected, got) => {
    const resolved = resolveSettings({ ...given, optimizer, ...settings });
    expect(await errorText(() => optimizerOf(resolved))).toContain(
      `${message}\n  expected: ${expected}\n  got:      ${got}`,
    );
  });
});
