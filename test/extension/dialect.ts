/** An op with a text form, a meaning and a gradient of its own. */
import { defineDialect, defineOp, formatType, kinds, operand } from "stablegriffin/ir";

/** limit tanh(x / limit): nearly x where x is small, never beyond the limit. */
export const softClip = defineOp({
  name: "signal.soft_clip",
  summary: "limit tanh(x / limit).",
  operands: [operand("x", "F")],
  attributes: { limit: kinds.i64 },
  traits: ["pure", "elementwise"],
  infer: (op) => {
    op.check(
      op.attributes.limit > 0,
      "soft_clip_limit",
      `limit must be positive, got ${op.attributes.limit}`,
    );
    return [op.tensor(0)];
  },
  assembly: "custom",
  example: "%0 = signal.soft_clip %arg0 to 3 : tensor<4xf32>",
});

export const signal = defineDialect({
  name: "signal",
  ops: [softClip],
  forms: {
    "signal.soft_clip": {
      print(out, operation) {
        const { limit } = operation.attributes;
        out.write(
          ` ${out.namesOf(operation.operands)} to ${String(limit)} : ${formatType(operation.result.type)}`,
        );
        return true;
      },
      parse(input, definition) {
        const x = input.use();
        input.cursor.expectWord("to");
        const limit = Number(input.cursor.expect("integer"));
        input.cursor.expect(":");
        const at = input.cursor.start;
        const type = input.type();
        input.checkTypes([x], [type], at);
        return { operands: [x], resultTypes: [type], ...input.attributes(definition, [], { limit }) };
      },
    },
  },
  decompositions: {
    "signal.soft_clip": (e, { operands: [x], attributes: { limit } }) => [
      e.scalar("multiply", e.unary("tanh", e.scalar("divide", x!, limit)), limit),
    ],
  },
  gradients: {
    // 1 - (y / limit)^2
    "signal.soft_clip": ({ e, op, cotangent }) => [
      () => {
        const { limit } = op.attributes;
        const ratio = e.scalar("divide", e.builder.createOf(softClip, op.operands, { limit }).result, limit);
        return e.sub(cotangent, e.mul(cotangent, e.mul(ratio, ratio)));
      },
    ],
  },
});
