import { expect, test } from "vitest";
import { ratioText, type Target, targetColumns } from "../../bench/bars.js";

const speed = { must: 1.3, goal: 2, better: "more" } as const;
const size = { must: 300, goal: 100, better: "less", unit: " KB" } as const;

test("a figure reaches the goal, what it must, or neither", () => {
  const reached = (value: number, target: Target) => targetColumns(value, target).reached;
  expect([2, 1.99, 1.3, 1.29].map((value) => reached(value, speed))).toEqual(["goal", "must", "must", "no"]);
  expect([100, 101, 300, 301].map((value) => reached(value, size))).toEqual(["goal", "must", "must", "no"]);
});

test("figures asked for are shown with their unit, and - where there are none or nothing was measured", () => {
  expect(targetColumns(1, size)).toEqual({ must: "300 KB", goal: "100 KB", reached: "goal" });
  expect(targetColumns(undefined, speed)).toEqual({ must: "1.3x", goal: "2x", reached: "-" });
  expect(targetColumns(1, undefined)).toEqual({ must: "-", goal: "-", reached: "-" });
});

test("where one of the two is left open, the other alone counts", () => {
  const columns = (value: number, target: Target) => Object.values(targetColumns(value, target));
  expect(columns(1.8, { must: 1.8, better: "more" })).toEqual(["1.8x", "-", "must"]);
  expect(columns(1.7, { must: 1.8, better: "more" })).toEqual(["1.8x", "-", "no"]);
  expect(columns(1.2, { goal: 1.2, better: "less" })).toEqual(["-", "1.2x", "goal"]);
  expect(columns(1.3, { goal: 1.2, better: "less" })).toEqual(["-", "1.2x", "no"]);
});

test("a ratio is shown to two places, and - where one side was not measured", () => {
  expect(ratioText(1.8345)).toBe("1.83x");
  expect(ratioText(undefined)).toBe("-");
});
