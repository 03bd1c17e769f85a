import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { models } from "../../../models/index.js";
import { type GoldenOptions, goldenPrograms } from "../../../src/engine/index.js";
import { type GoldenCase, openCase } from "../../../src/golden/index.js";
import { fingerprint } from "../../../tools/golden/fingerprint.js";

const open = (name: string): Promise<GoldenCase> =>
  openCase(fileURLToPath(new URL(`../../../golden/${name}`, import.meta.url)), models);

/** Of a case's programs, lowered for a CPU so. */
const printed = (golden: GoldenCase, lowering: Partial<GoldenOptions> = {}, data = "a case"): string =>
  fingerprint(goldenPrograms("cpu", golden, { dtype: "f32", ...lowering }), data);

test("programs are the same where a way does not touch them, whatever it is called", async () => {
  const transformer = await open("mistral-window");
  const ways = [
    {},
    { scan: "associative" },
    { scan: "sequential", scanUnroll: 1, attention: "dense" },
  ] as const;
  expect(new Set(ways.map((way) => printed(transformer, way))).size).toBe(1);
});

test("they are others where one program is, and on other data", async () => {
  const gru = await open("mingru");
  const all = [
    printed(gru),
    printed(gru, { scan: "blocked", scanBlock: 16 }),
    printed(gru, { scan: "associative" }),
    printed(gru, { precision: "default" }),
    printed(gru, { chunk: 7 }),
    printed(gru, { target: "tpu" }),
    printed(gru, {}, "another case"),
  ];
  expect(new Set(all).size).toBe(all.length);
});

test("a preparation that differs alone makes them others", async () => {
  const [program, ...rest] = goldenPrograms("cpu", await open("packed-small-window"), { dtype: "f32" });
  const [preparation] = program!.preparations;
  const other = { ...preparation!, module: rest[0]?.module ?? program!.module };
  const changed = { ...program!, preparations: [other] };
  expect(fingerprint([program!], "")).not.toBe(fingerprint([changed], ""));
});
