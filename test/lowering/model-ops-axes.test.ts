import { describe, it } from "vitest";
import { check } from "./check-ops.js";
import { randomNumbers } from "../../src/testing/random-numbers.js";
import { type OpCase, rounded } from "./ops.js";
import * as plain from "./plain.js";

describe("other axes give the same numbers as those that plain loops know", () => {
  const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
  const draw = (seed: number, shape: readonly number[], low = -1, high = 1): number[] =>
    rounded(randomNumbers(seed, count(shape), low, high), "f32");

  it("linear_scan along any axis of any rank, both ways", () => {
    const caseOf = (shape: readonly number[], axis: number, reverse: boolean) => {
      const [x, a] = [draw(1, shape), draw(2, shape, 0, 1)];
      const carried = shape.filter((_, i) => i !== axis);
      const h0 = draw(3, carried);
      const size = [count(shape.slice(0, axis)), shape[axis]!, count(shape.slice(axis + 1))] as const;
      const { y, last } = plain.linearScan(size, x, a, h0, reverse);
      const operation: OpCase = {
        op: "nn.linear_scan",
        operands: [
          { shape, data: x },
          { shape, data: a },
          { shape: carried, data: h0 },
        ],
        attributes: reverse ? { axis, reverse } : { axis },
      };
      return { case: operation, expected: [y, last] };
    };
    const shapes: readonly (readonly [readonly number[], number])[] = [
      [[6], 0],
      [[6, 3], 0],
      [[3, 6], 1],
      [[2, 6, 3, 4], 1],
      [[2, 3, 6, 4], 2],
      [[2, 3, 2, 6], 3],
    ];
    check(shapes.flatMap(([shape, axis]) => [caseOf(shape, axis, false), caseOf(shape, axis, true)]));
  });

  it("causal_conv1d along the first axis, the only one, and a later one", () => {
    const [time, channels, taps] = [6, 3, 3];
    const [w, bias] = [draw(1, [channels, taps]), draw(2, [channels])];
    // One sequence at a time by the plain loop; `at` says where its number i of n stands among `size` sequences.
    const caseOf = (outer: readonly number[], axis: number, at: (sequence: number, t: number) => number) => {
      const shape = (steps: number) => [...outer.slice(0, axis), steps, ...outer.slice(axis)];
      const sequences = count(outer);
      const x = draw(3, [...shape(time), channels]);
      const positions = Array.from({ length: sequences * time }, (_, i) => (i % 5 === 3 ? 0 : 7));
      const tails = Array.from({ length: sequences }, (_, s) => draw(4 + s, [taps - 1, channels]));
      const y = Array<number>(x.length).fill(0);
      const [tail, next] = [Array<number>(sequences * (taps - 1) * channels), Array<number>(0)];
      const put = (to: number[], rows: plain.Numbers, row: (t: number) => number) =>
        rows.forEach((value, i) => {
          to[row(Math.floor(i / channels)) * channels + (i % channels)] = value;
        });
      for (let s = 0; s < sequences; s++) {
        const rows = Array.from({ length: time }, (_, t) => at(s, t));
        const own = rows.flatMap((row) => x.slice(row * channels, (row + 1) * channels));
        const result = plain.causalConv1d(
          [1, time, channels, taps],
          own,
          w,
          bias,
          rows.map((row) => positions[row]!),
          tails[s]!,
        );
        put(y, result.y, (t) => rows[t]!);
        // Batch outside of time, or time outside of the batch.
        const place = (t: number): number => (axis === 0 ? t * sequences + s : s * (taps - 1) + t);
        put(tail, tails[s]!, place);
        put(next, result.tail, place);
      }
      const operation: OpCase = {
        op: "nn.causal_conv1d",
        operands: [
          { shape: [...shape(time), channels], data: x },
          { shape: [channels, taps], data: w },
          { shape: [channels], data: bias },
          { shape: shape(time), element: "i32", data: positions },
          { shape: [...shape(taps - 1), channels], data: tail },
        ],
        attributes: { axis },
      };
      return { case: operation, expected: [y, next] };
    };
    check([
      caseOf([], 0, (_, t) => t),
      caseOf([4], 0, (s, t) => t * 4 + s),
      caseOf([2, 2], 2, (s, t) => s * time + t),
    ]);
  });

  it("kv_cache_update of rows without channels, and with two axes of them", () => {
    const [batch, window, time] = [2, 4, 3];
    const caseOf = (rest: readonly number[]) => {
      const [ring, rows] = [draw(1, [batch, window, ...rest]), draw(2, [batch, time, ...rest])];
      const positions = [3, 4, 5, 0, 1, 2];
      const operation: OpCase = {
        op: "nn.kv_cache_update",
        operands: [
          { shape: [batch, window, ...rest], data: ring },
          { shape: [batch, time, ...rest], data: rows },
          { shape: [batch, time], element: "i32", data: positions },
        ],
      };
      return {
        case: operation,
        expected: [plain.kvCacheUpdate([batch, window, count(rest), time], ring, rows, positions)],
      };
    };
    check([caseOf([]), caseOf([3]), caseOf([3, 2])]);
  });

  it("rms_norm whose scale is stored itself", () => {
    const [x, scale] = [draw(1, [3, 4]), draw(2, [4])];
    const operation: OpCase = {
      op: "nn.rms_norm",
      operands: [
        { shape: [3, 4], data: x },
        { shape: [4], data: scale },
      ],
      attributes: { epsilon: 1e-6, offset: 0 },
    };
    const distance = scale.map((value) => value - 1);
    check([{ case: operation, expected: [plain.rmsNorm(4, x, distance, 1e-6)] }]);
  });

  it("rotary whose positions belong to a later axis, to the first, to none", () => {
    const [dims, base] = [4, 100];
    const caseOf = (shape: readonly number[], axes: readonly number[], positions: readonly number[]) => {
      const x = draw(1, shape);
      const operation: OpCase = {
        op: "nn.rotary",
        operands: [
          { shape, data: x },
          { shape: axes.map((axis) => shape[axis]!), element: "i32", data: positions },
        ],
        attributes: { dims, base, position_dims: axes },
      };
      return { operation, x };
    };
    const later = caseOf([2, 3, 4], [1], [5, 0, 7]);
    const first = caseOf([3, 2, 4], [0], [5, 0, 7]);
    const none = caseOf([2, 4], [], [3]);
    check([
      {
        case: later.operation,
        expected: [plain.rotary([2, 3, 1, 4], later.x, [5, 0, 7, 5, 0, 7], dims, base)],
      },
      { case: first.operation, expected: [plain.rotary([1, 3, 2, 4], first.x, [5, 0, 7], dims, base)] },
      { case: none.operation, expected: [plain.rotary([1, 2, 1, 4], none.x, [3, 3], dims, base)] },
    ]);
  });
});
