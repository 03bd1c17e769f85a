/** @file Meaning of the pointwise model ops: gelu_tanh, softplus, rms_norm, rotary, rg_lru_gates. */
import type { OperationOf } from "../../ir/ops/index.js";
import type { Value } from "../../ir/operation.js";
import { type Emitter, shapeOf, typeOf } from "../../ir/emit.js";

/** 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), in f32 whatever x is, rounded once. */
export function geluTanh(e: Emitter, op: OperationOf<"nn.gelu_tanh">): readonly Value[] {
  const x = e.convert(op.operands[0]!, "f32");
  const cubed = e.mul(x, e.mul(x, x));
  const inner = e.scalar("multiply", e.add(x, e.scalar("multiply", cubed, 0.044715)), Math.sqrt(2 / Math.PI));
  const half = e.scalar("multiply", x, 0.5);
  return [
    e.convert(e.mul(half, e.scalar("add", e.unary("tanh", inner), 1)), typeOf(op.operands[0]!).element),
  ];
}

/** max(x, 0) + log1p(exp(-|x|)). */
export function softplus(e: Emitter, op: OperationOf<"nn.softplus">): readonly Value[] {
  const x = op.operands[0]!;
  const tail = e.unary("log_plus_one", e.unary("exponential", e.unary("negate", e.unary("abs", x))));
  return [e.add(e.scalar("maximum", x, 0), tail)];
}

/** x rsqrt(mean(x^2) + epsilon) (offset + scale) in f32, rounded once. */
export const rmsNorm = (e: Emitter, op: OperationOf<"nn.rms_norm">): readonly Value[] =>
  normalise(e, op, op.operands[0]!, (_, squares) => e.reduce("add", squares, shapeOf(squares).length - 1));

/** The norm of `rows`, the op's first operand; `sums` adds up the last axis of f32. */
export function normalise(
  e: Emitter,
  op: OperationOf<"nn.rms_norm">,
  rows: Value,
  sums: (e: Emitter, squares: Value) => Value,
): readonly Value[] {
  const scale = op.operands[1]!;
  const x = e.convert(rows, "f32");
  const shape = shapeOf(x);
  const last = shape.length - 1;
  const mean = e.scalar("divide", sums(e, e.mul(x, x)), shape[last]!);
  const inverse = e.unary("rsqrt", e.scalar("add", mean, op.attributes.epsilon));
  const outer = shape.slice(0, last).map((_, i) => i);
  const normed = e.mul(x, e.broadcast(inverse, shape, outer));
  const { offset } = op.attributes;
  const stored = e.convert(scale, "f32");
  const gain = offset === 0 ? stored : e.scalar("add", stored, offset);
  return [e.convert(e.mul(normed, e.broadcast(gain, shape, [last])), typeOf(rows).element)];
}

/** Inverse wavelengths 1 / base^(2i / dims), times `scaling` where there is one, rounded to f32 at each step as the reference does. */
export function frequencies({ base, dims, scaling }: OperationOf<"nn.rotary">["attributes"]): number[] {
  const step = Math.fround(2 / dims);
  return Array.from({ length: dims / 2 }, (_, i) => {
    const frequency = Math.fround(1 / Math.fround(base ** Math.fround(step * i)));
    return scaling === undefined ? frequency : Math.fround(frequency * scaling[i]!);
  });
}

/** position [..] times each frequency in f32: [.., frequencies]. */
export function angles(e: Emitter, position: Value, each: readonly number[]): Value {
  const positions = shapeOf(position);
  const table = [...positions, each.length];
  return e.mul(
    e.broadcast(
      e.convert(position, "f32"),
      table,
      positions.map((_, i) => i),
    ),
    e.broadcast(e.numbers(each, [each.length], "f32"), table, [positions.length]),
  );
}

/** Angles in f32, their sine and cosine rounded to x's type; pairs are (i, i + dims / 2). */
export function rotary(e: Emitter, op: OperationOf<"nn.rotary">): readonly Value[] {
  const [x, position] = op.operands as [Value, Value];
  const { dims } = op.attributes;
  const shape = shapeOf(x);
  const last = shape.length - 1;
  const half = dims / 2;
  const angle = angles(e, position, frequencies(op.attributes));
  const halfShape = [...shape.slice(0, last), half];
  const spread = (values: Value): Value =>
    e.broadcast(e.convert(values, typeOf(x).element), halfShape, [...op.attributes.position_dims, last]);
  const [cos, sin] = [spread(e.unary("cosine", angle)), spread(e.unary("sine", angle))];
  const [first, second] = [e.slice(x, last, 0, half), e.slice(x, last, half, dims)];
  const rotated = [
    e.sub(e.mul(first, cos), e.mul(second, sin)),
    e.add(e.mul(second, cos), e.mul(first, sin)),
  ];
  return [e.concat([...rotated, e.slice(x, last, dims, shape[last]!)], last)];
}

/**
 * Both gates and the scan's inputs in f32 (Griffin paper, section 2.4). z [b, t, 2e] and bias [n, 2w] are block-major,
 * inside a block first the input gate's channels, then the recurrence gate's; log_decay [e] = -c softplus(L).
 */
export function rgLruGates(e: Emitter, op: OperationOf<"griffin.rg_lru_gates">): readonly Value[] {
  const [x, z, bias, logDecay, reset] = op.operands as [Value, Value, Value, Value, Value];
  const { heads } = op.attributes;
  const shape = shapeOf(x);
  const [batch, time, width] = shape as [number, number, number];
  const block = width / heads;
  const blocks = [batch, time, heads, 2 * block];
  const sum = e.add(
    e.convert(e.reshape(z, blocks), "f32"),
    e.broadcast(e.convert(bias, "f32"), blocks, [2, 3]),
  );
  const gates = e.unary("logistic", sum);
  const gate = (which: number): Value =>
    e.reshape(e.slice(gates, 3, which * block, (which + 1) * block), shape);
  const [i, r] = [gate(0), gate(1)];
  const logA = e.mul(r, e.broadcast(e.convert(logDecay, "f32"), shape, [2]));
  const squared = e.unary("exponential", e.scalar("multiply", logA, 2));
  const damping = e.unary("sqrt", e.sub(e.fill(1, shape, "f32"), squared));
  const start = e.broadcast(reset, shape, [0, 1]);
  const gated = e.mul(e.convert(x, "f32"), i);
  const input = e.mul(gated, e.select(start, e.fill(1, shape, "f32"), damping));
  return [input, e.select(start, e.fill(0, shape, "f32"), e.unary("exponential", logA))];
}

/** x [.., n ci] as n blocks, each times its own matrix. */
export function blockDiagonalDot(e: Emitter, op: OperationOf<"nn.block_diagonal_dot">): readonly Value[] {
  const [x, w] = op.operands as [Value, Value];
  const [blocks, inputs, outputs] = shapeOf(w) as [number, number, number];
  const outer = shapeOf(x).slice(0, -1);
  const split = e.reshape(x, [...outer, blocks, inputs]);
  const product = e.dot(split, w, { batch: [[outer.length], [0]], contract: [[outer.length + 1], [1]] });
  const back = [...outer.map((_, i) => i + 1), 0, outer.length + 1];
  return [e.reshape(e.transpose(product, back), [...outer, blocks * outputs])];
}
