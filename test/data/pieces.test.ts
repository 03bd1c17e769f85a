import { expect, test } from "vitest";
import { encodeExample } from "../../src/data/index.js";
import { bytesEncoder as encoder } from "./encoder.js";

test("a text of more tokens than a call may have arguments is one piece, all of it learnt but the token in front", () => {
  const text = "a".repeat(300_000);
  const placed = { example: { kind: "text", text, ends: true }, where: "a.txt:1" } as const;
  const { tokens, mask } = encodeExample(placed, encoder);
  expect({ tokens: tokens.length, first: tokens[0], last: tokens.at(-1) }).toEqual({
    tokens: 300_002,
    first: encoder.bosId,
    last: encoder.eosId,
  });
  expect(mask.filter((one) => one === 1)).toHaveLength(300_001);
});
