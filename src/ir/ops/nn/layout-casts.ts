/** @file Ops of the nn dialect that move rows between the order of time and the strided layout. */
import { formatType } from "../../types.js";
import { defineOp, operand } from "../define.js";
import { i64 } from "../kinds.js";

/** An op that only moves rows along `axis`, between the order of time and the strided layout of `factor`. */
function layoutCast<const Name extends string>(name: Name, summary: string) {
  return defineOp({
    name: `nn.${name}`,
    summary,
    operands: [operand("x", "PIFC")],
    attributes: { axis: i64, factor: i64 },
    traits: ["pure"],
    rowAxes: ({ attributes }, axis) =>
      axis === attributes.axis ? undefined : { operands: [axis], results: [axis] },
    infer: (op) => {
      const x = op.tensor(0);
      const { axis, factor } = op.attributes;
      const size = x.shape[axis];
      op.check(size !== undefined, "axis", `axis must be one of ${formatType(x)}, got ${axis}`);
      op.check(
        factor >= 1 && size! % factor === 0,
        "factor",
        `factor must divide the ${size} rows, got ${factor}`,
      );
      return [x];
    },
    assembly: "generic",
    example: `%0 = "nn.${name}"(%x) <{axis = 1 : i64, factor = 2 : i64}> : (tensor<2x6x4xf32>) -> tensor<2x6x4xf32>`,
  });
}

export const layoutCastOps = [
  layoutCast(
    "to_strided",
    "Rows in the order of time to the strided layout: row t goes to (t mod factor) T/factor + t div factor.",
  ),
  layoutCast("to_ordered", "Rows in the strided layout to the order of time: the inverse of to_strided."),
] as const;
