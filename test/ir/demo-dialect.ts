/** @file For tests: a dialect of another. */
import * as ir from "../../src/ir/index.js";

/** scale * x, clipped to [-1, 1]. */
export const scaled = ir.defineOp({
  name: "demo.scaled_clip",
  summary: "Scales and clips to [-1, 1].",
  operands: [ir.operand("x", "F")],
  attributes: { scale: ir.kinds.i64 },
  traits: ["pure", "elementwise"],
  infer: (op) => {
    op.check(
      op.attributes.scale > 0,
      "scaled_clip_scale",
      `scale must be positive, got ${op.attributes.scale}`,
    );
    return [op.tensor(0)];
  },
  assembly: { template: "%x, scale = $scale : T" },
  example: "%0 = demo.scaled_clip %arg0, scale = 2 : tensor<4xf32>",
});

/** Two uses of the one above: a decomposition may be of ops of the same dialect. */
export const twice = ir.defineOp({
  name: "demo.clip_twice",
  summary: "Clips x and 2x, and adds them.",
  operands: [ir.operand("x", "F")],
  attributes: {},
  traits: ["pure"],
  infer: (op) => [op.tensor(0)],
  assembly: "custom",
  example: "%0 = demo.clip_twice of %arg0 : tensor<4xf32>",
});

export const demo = ir.defineDialect({
  name: "demo",
  ops: [scaled, twice],
  forms: {
    "demo.clip_twice": {
      print(out, operation) {
        out.write(` of ${out.namesOf(operation.operands)} : ${ir.formatType(operation.result.type)}`);
        return true;
      },
      parse(input, definition) {
        input.cursor.expectWord("of");
        const x = input.use();
        input.cursor.expect(":");
        const at = input.cursor.start;
        const type = input.type();
        input.checkTypes([x], [type], at);
        return { operands: [x], resultTypes: [type], ...input.attributes(definition, []) };
      },
    },
  },
  decompositions: {
    "demo.scaled_clip": (e, { operands, attributes }) => [
      e.clamp(-1, e.scalar("multiply", operands[0]!, attributes.scale), 1),
    ],
    "demo.clip_twice": (e, { operands }) => {
      const clip = (scale: number): ir.Value => e.builder.createOf(scaled, operands, { scale }).result;
      return [e.add(clip(1), clip(2))];
    },
  },
});
