import { expect, test } from "vitest";
import { compileTable, loweringTable } from "../../../bench/compile/tables.js";
import { terminalTable } from "../../../bench/results.js";

const side = (figures: Readonly<Record<string, number>>) => ({ figures: { ...figures }, versions: {} });
const found = {
  "lower prefill cpu": side({ cold: 310, warm: 90, bytes: 99_000 }),
  "lower prefill tpu": side({ cold: 95, warm: 200, bytes: 301_000 }),
  "lower Flax": side({
    "lower prefill": 1500,
    "bytes prefill": 770_000,
    "lower decode": 1100,
    "bytes decode": 590_000,
  }),
  "ours f32": side({ "compile prefill": 1500, "compile decode": 900 }),
  "Flax f32": side({ "compile prefill": 22_000, "compile decode": 1800 }),
};
const linesOf = (table: ReturnType<typeof compileTable>) =>
  terminalTable(table.rows)
    .split("\n")
    .map((line) => line.replace(/ {2,}/g, "  "));

test("lowering: each program for each target, what its times and size reach, and Flax below", () => {
  const table = loweringTable(found, ["prefill"], ["cpu", "tpu"]);
  expect(linesOf(table)).toEqual([
    "program  by  first, ms  median, ms  KB  first reaches  median reaches  size reaches",
    "prefill  ours for cpu  310  90  99  no  goal  goal",
    "prefill  ours for tpu  95  200  301  goal  must  no",
    "prefill  Flax  1500  -  770  -  -  -",
    "decode  Flax  1100  -  590  -  -  -",
  ]);
  expect(table.plot!.panels[0]!.bars).toEqual([
    { label: "prefill for cpu", value: 310, kind: "ours" },
    { label: "prefill for tpu", value: 95, kind: "ours" },
  ]);
});

test("compile: the ratio to Flax, and only the prefill is asked for one", () => {
  expect(linesOf(compileTable(found, ["f32"]))).toEqual([
    "program  ours, s  Flax, s  ratio  must  goal  reached",
    "prefill, f32  1.50  22.00  14.67x  4x  -  must",
    "decode, f32  0.90  1.80  2.00x  -  -  -",
  ]);
});

test("without the reference there are our own figures alone", () => {
  const { "lower Flax": _lower, "Flax f32": _compile, ...ours } = found;
  expect(linesOf(loweringTable(ours, ["prefill"], ["cpu"]))).toHaveLength(2);
  expect(linesOf(compileTable(ours, ["f32"])).slice(1)).toEqual([
    "prefill, f32  1.50  -  -  4x  -  -",
    "decode, f32  0.90  -  -  -  -  -",
  ]);
});
