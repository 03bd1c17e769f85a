import fc from "fast-check";
import { expect, test } from "vitest";
import { formatJson } from "../../src/artifact/json.js";

test("what fits on a line is on one; what does not is a line an item", () => {
  const tensors = ["a", "b"].map((name) => ({
    name,
    axes: ["batch", "model"],
    note: "x".repeat(90),
    unknown: undefined,
  }));
  expect(formatJson({ batch: 1, empty: {}, none: [], tensors })).toBe(`{
  "batch": 1,
  "empty": {},
  "none": [],
  "tensors": [
    { "name": "a", "axes": ["batch", "model"], "note": "${"x".repeat(90)}" },
    { "name": "b", "axes": ["batch", "model"], "note": "${"x".repeat(90)}" }
  ]
}
`);
});

test("it is JSON, and says the same", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(formatJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
