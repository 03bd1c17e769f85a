import { expect, test } from "vitest";
import { resumedWays } from "../../../src/engine/train/ways.js";
import { errorText } from "../../weights/files.js";

const kept = {
  scan: "blocked",
  scanBlock: 16,
  precision: "highest",
  evalData: ["/a.jsonl"],
  evalEvery: 5,
} as const;

test.each([
  ["nothing is given", {}, kept],
  [
    "a test is given",
    { evalData: ["/b.jsonl"], saveEvery: 2 },
    { ...kept, evalData: ["/b.jsonl"], saveEvery: 2 },
  ],
  [
    "a strategy is given: the block was another's",
    { scan: "sequential", precision: undefined },
    { scan: "sequential", precision: "highest", evalData: ["/a.jsonl"], evalEvery: 5 },
  ],
] as const)("ways stay as they were, but for what is given: %s", (_what, given, expected) => {
  expect(resumedWays({ ...kept, evalData: ["/a.jsonl"] }, given as never)).toEqual(expected);
});

test("a way that could not be gone on with is refused", async () => {
  expect(await errorText(() => resumedWays({}, { evalEvery: 0 }))).toBe(
    [
      "usage error: a training cannot be made in this way",
      "  \u2716 Too small: expected number to be >0",
      "  \u2192 at evalEvery",
    ].join("\n"),
  );
});
