import { expect, it } from "vitest";
import { formatTable } from "../../src/support/table.js";

it("pads columns to their widest cell, numbers to the right, and leaves no trailing blanks", () => {
  const rows = [
    ["logits", "0.5", ""],
    ["layers.0.output", "12", "worst"],
  ];
  expect(formatTable(["tensor", "max", "note"], rows, [1])).toEqual([
    "tensor           max  note",
    "logits           0.5",
    "layers.0.output   12  worst",
  ]);
});

it("fills missing cells", () => {
  expect(formatTable(["a", "b"], [["1"]])).toEqual(["a  b", "1"]);
});
