import { expect, test } from "vitest";
import { griffin } from "../../models/index.js";
import { type Operation, walk } from "../../src/ir/operation.js";
import { isOp } from "../../src/ir/ops/index.js";
import { gradientProgram } from "../../src/training/index.js";
import { tiny } from "../engine/tiny.js";

test("what a loss multiplies with each piece of a vocabulary is normalised once, before the loops over pieces", () => {
  const model = griffin.configure({ ...tiny, blockTypes: [] });
  const { module } = gradientProgram(model, { batch: 1, time: 4, lossChunk: 8 });
  const normsIn = (root: Operation) => [...walk(root)].filter((op) => isOp(op, "nn.rms_norm")).length;
  const loops = [...walk(module)].filter((op) => isOp(op, "stablehlo.while"));
  expect({ all: normsIn(module), ofLoops: loops.map(normsIn) }).toEqual({ all: 1, ofLoops: [0, 0] });
});
