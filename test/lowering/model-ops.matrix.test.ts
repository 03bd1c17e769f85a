import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { check } from "./check-ops.js";
import { randomNumbers } from "../../src/testing/random-numbers.js";
import { expectClose, interpretOps, type OpCase, rounded } from "./ops.js";
import * as plain from "./plain.js";

const numbers = randomNumbers;

describe("causal_conv1d equals a plain loop", () => {
  interface Shape {
    readonly batch: number;
    readonly time: number;
    readonly channels: number;
    readonly taps: number;
    readonly starts: readonly number[];
    readonly seed: number;
  }
  const caseOf = ({ batch, time, channels, taps, starts, seed }: Shape) => {
    const size: readonly [number, number, number, number] = [batch, time, channels, taps];
    const x = rounded(numbers(seed, batch * time * channels), "f32");
    const w = rounded(numbers(seed + 1, channels * taps), "f32");
    const bias = rounded(numbers(seed + 2, channels), "f32");
    const tail = rounded(numbers(seed + 3, batch * (taps - 1) * channels), "f32");
    const positions = Array.from({ length: batch * time }, (_, i) => (starts.includes(i) ? 0 : 7));
    const { y, tail: next } = plain.causalConv1d(size, x, w, bias, positions, tail);
    const operation: OpCase = {
      op: "nn.causal_conv1d",
      operands: [
        { shape: [batch, time, channels], data: x },
        { shape: [channels, taps], data: w },
        { shape: [channels], data: bias },
        { shape: [batch, time], element: "i32", data: positions },
        { shape: [batch, taps - 1, channels], data: tail },
      ],
      attributes: { axis: 1 },
    };
    return { case: operation, expected: [y, next] };
  };
  const base: Shape = { batch: 2, time: 5, channels: 3, taps: 4, starts: [], seed: 1 };

  it.each([
    ["the tail goes on", base],
    ["a document starts with the first token: the tail is not seen", { ...base, starts: [0, 5] }],
    [
      "documents start within reach of the end: the new tail is cleared before them",
      { ...base, starts: [3, 9] },
    ],
    ["two documents start close to each other", { ...base, starts: [1, 2, 7] }],
    ["one token", { ...base, time: 1 }],
    ["one token that starts a document", { ...base, time: 1, starts: [1] }],
    ["fewer tokens than the tail has rows", { ...base, time: 2, starts: [1] }],
    ["two taps", { ...base, taps: 2, starts: [2] }],
    ["one tap: no tail", { ...base, taps: 1 }],
  ] as const satisfies readonly (readonly [string, Shape])[])("%s", (_, shape) => {
    check([caseOf(shape)]);
  });

  it("random shapes and document starts", () => {
    const shape = fc.record({
      batch: fc.integer({ min: 1, max: 3 }),
      time: fc.integer({ min: 1, max: 9 }),
      channels: fc.integer({ min: 1, max: 3 }),
      taps: fc.integer({ min: 1, max: 5 }),
      starts: fc.array(fc.nat(26), { maxLength: 6 }),
      seed: fc.nat(1000),
    });
    fc.assert(
      fc.property(fc.array(shape, { minLength: 6, maxLength: 6 }), (shapes) => check(shapes.map(caseOf))),
      { numRuns: 3 },
    );
  });
});

describe("to_strided moves rows as a plain loop does, to_ordered moves them back", () => {
  it.each([
    ["the axis in the middle", [2, 6, 3], 1, 2],
    ["the first axis", [8, 3], 0, 4],
    ["the last axis", [2, 2, 6], 2, 3],
    ["factor one", [4], 0, 1],
    ["a factor of all rows", [5, 2], 0, 5],
  ] as const)("%s", (_, shape, axis, factor) => {
    const count = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);
    const ordered = numbers(1, count(shape)).map(Math.fround);
    const rows = [count(shape.slice(0, axis)), shape[axis]!, count(shape.slice(axis + 1))] as const;
    const strided = plain.toStrided(rows, ordered, factor);
    const attributes = { axis, factor };
    check([
      {
        case: { op: "nn.to_strided", operands: [{ shape, data: ordered }], attributes },
        expected: [strided],
        tolerance: 0,
      },
      {
        case: { op: "nn.to_ordered", operands: [{ shape, data: strided }], attributes },
        expected: [ordered],
        tolerance: 0,
      },
    ]);
  });
});

describe("kv_cache_update equals a plain loop", () => {
  const caseOf = (
    batch: number,
    window: number,
    time: number,
    lasts: readonly number[],
    growing = false,
    seed = 1,
  ) => {
    const ring = rounded(numbers(seed, batch * window * 2), "f32");
    const rows = rounded(numbers(seed + 1, batch * time * 2), "f32");
    const positions = lasts.flatMap((last) => Array.from({ length: time }, (_, t) => last - (time - 1 - t)));
    const operation: OpCase = {
      op: "nn.kv_cache_update",
      operands: [
        { shape: [batch, window, 2], data: ring },
        { shape: [batch, time, 2], data: rows },
        { shape: [batch, time], element: "i32", data: positions },
      ],
      attributes: growing ? { growing } : {},
    };
    return {
      case: operation,
      expected: [plain.kvCacheUpdate([batch, window, 2, time], ring, rows, positions, growing)],
    };
  };

  it("one token, in every slot, for one row and for several", () => {
    const lasts = [0, 1, 2, 3, 4, 5, 11];
    check([...lasts.map((last) => caseOf(1, 3, 1, [last])), caseOf(7, 3, 1, lasts)]);
  });

  it.each([
    ["fewer tokens than slots", 2],
    ["one fewer", 4],
    ["as many", 5],
    ["one more", 6],
    ["more than twice as many", 12],
  ])("%s, ending at every position, padding included", (_, time) => {
    const lasts = Array.from({ length: 12 }, (_, i) => i - 1);
    check(lasts.map((last) => caseOf(2, 5, time, [last, last + 3])));
    check(lasts.map((last) => caseOf(2, 5, time, [last, last + 3], true)));
  });

  it("one token of a cache that grows: of padding and beyond its end nothing is written", () => {
    const lasts = [-1, 0, 1, 2, 3, 4];
    check([...lasts.map((last) => caseOf(1, 3, 1, [last], true)), caseOf(6, 3, 1, lasts, true)]);
  });

  it("more rows than are rolled one by one", () => {
    check([false, true].map((growing) => caseOf(9, 4, 3, [0, 1, 2, 3, 4, 5, 6, 7, 8], growing)));
  });
});

describe("rg_lru_gates equals a plain loop", () => {
  const caseOf = (
    batch: number,
    time: number,
    width: number,
    heads: number,
    element: "f32" | "bf16",
    seed: number,
  ) => {
    const x = rounded(numbers(seed, batch * time * width, -3, 3), element);
    const z = rounded(numbers(seed + 1, batch * time * 2 * width, -4, 4), element);
    const bias = rounded(numbers(seed + 2, 2 * width), element);
    const logDecay = rounded(numbers(seed + 3, width, -4, -0.05), element);
    const reset = numbers(seed + 4, batch * time, 0, 1).map((value) => (value < 0.3 ? 1 : 0));
    const expected = plain.rgLruGates([batch, time, width, heads], x, z, bias, logDecay, reset);
    const operation: OpCase = {
      op: "griffin.rg_lru_gates",
      operands: [
        { shape: [batch, time, width], element, data: x },
        { shape: [batch, time, 2 * width], element, data: z },
        { shape: [heads, (2 * width) / heads], element, data: bias },
        { shape: [width], element, data: logDecay },
        { shape: [batch, time], element: "i1", data: reset },
      ],
      attributes: { heads },
    };
    return { case: operation, expected: [expected.x, expected.a] };
  };

  it("for one head, several heads, one token, bf16 inputs", () => {
    check([
      caseOf(2, 5, 4, 1, "f32", 1),
      caseOf(1, 3, 12, 3, "f32", 2),
      caseOf(3, 1, 8, 2, "f32", 3),
      caseOf(2, 3, 6, 2, "bf16", 4),
    ]);
  });

  it("a token that starts a document is not damped and forgets", () => {
    const one = (reset: number): OpCase => ({
      op: "griffin.rg_lru_gates",
      operands: [
        { shape: [1, 1, 1], data: [2] },
        { shape: [1, 1, 2], data: [100, 100] },
        { shape: [1, 2], data: [0, 0] },
        { shape: [1], data: [-0.1] },
        { shape: [1, 1], element: "i1", data: [reset] },
      ],
      attributes: { heads: 1 },
    });
    const [start, later] = interpretOps([one(1), one(0)]);
    expect(start).toEqual([[2], [0]]);
    expectClose(later!.flat(), [2 * Math.sqrt(1 - Math.exp(-0.2)), Math.exp(-0.1)], "not at the start");
  });
});

describe("rotary equals a plain loop", () => {
  const caseOf = (dims: number, head: number, base: number, element: "f32" | "bf16") => {
    const [batch, time, heads] = [2, 4, 3];
    const x = rounded(numbers(dims, batch * time * heads * head), element);
    const positions = [0, 1, 2, 3, -1, 60, 61, 0];
    const operation: OpCase = {
      op: "nn.rotary",
      operands: [
        { shape: [batch, time, heads, head], element, data: x },
        { shape: [batch, time], element: "i32", data: positions },
      ],
      attributes: { dims, base, position_dims: [0, 1] },
    };
    const tolerance = element === "f32" ? 2e-5 : 1e-2;
    return {
      case: operation,
      expected: [plain.rotary([batch, time, heads, head], x, positions, dims, base)],
      tolerance,
    };
  };

  it("for half of a head, a whole one, one pair, another base, bf16", () => {
    check([
      caseOf(4, 8, 10_000, "f32"),
      caseOf(8, 8, 10_000, "f32"),
      caseOf(2, 6, 10_000, "f32"),
      caseOf(4, 8, 100, "f32"),
      caseOf(4, 8, 10_000, "bf16"),
    ]);
  });

  it("keeps keys without heads apart from those with", () => {
    const x = numbers(1, 2 * 4, -1, 1);
    const operands = (shape: readonly number[]) => [
      { shape, data: x },
      { shape: [1, 2], element: "i32" as const, data: [3, 4] },
    ];
    const attributes = { dims: 2, base: 10_000, position_dims: [0, 1] };
    const [withHeads, without] = interpretOps([
      { op: "nn.rotary", operands: operands([1, 2, 1, 4]), attributes },
      { op: "nn.rotary", operands: operands([1, 2, 4]), attributes },
    ]);
    expect(without).toEqual(withHeads);
  });

  it("position 0 changes nothing", () => {
    const x = rounded(numbers(3, 4), "f32");
    const operands = [
      { shape: [1, 1, 4], data: x },
      { shape: [1, 1], element: "i32" as const, data: [0] },
    ];
    expect(
      interpretOps([{ op: "nn.rotary", operands, attributes: { dims: 4, base: 10, position_dims: [0, 1] } }]),
    ).toEqual([[x]]);
  });
});

describe("rms_norm, block_diagonal_dot, gelu_tanh, softplus equal plain loops", () => {
  it("rms_norm in f32 and bf16, over the last axis", () => {
    const caseOf = (shape: readonly number[], element: "f32" | "bf16", factor: number) => {
      const width = shape.at(-1)!;
      const count = shape.reduce((a, b) => a * b, 1);
      const x = rounded(numbers(1, count, -factor, factor), element);
      const scale = rounded(numbers(2, width), element);
      const operation: OpCase = {
        op: "nn.rms_norm",
        operands: [
          { shape, element, data: x },
          { shape: [width], element, data: scale },
        ],
        attributes: { epsilon: 1e-6, offset: 1 },
      };
      return { case: operation, expected: [plain.rmsNorm(width, x, scale, 1e-6)] };
    };
    check([caseOf([2, 3, 8], "f32", 1), caseOf([5], "f32", 1e-3), caseOf([4, 6], "bf16", 100)]);
  });

  it("rms_norm gives the reference's numbers for [0.1, 0.2]", () => {
    const operands = [
      { shape: [2], data: [0.1, 0.2] },
      { shape: [2], data: [0, 0] },
    ];
    const results = interpretOps([{ op: "nn.rms_norm", operands, attributes: { epsilon: 1e-6, offset: 1 } }]);
    expectClose(results[0]![0]!, [0.6324429, 1.2648858], "rms_norm", "f32", 1e-7);
  });

  it("block_diagonal_dot of several shapes, square and not", () => {
    const caseOf = (outer: readonly number[], blocks: number, inputs: number, outputs: number) => {
      const rows = outer.reduce((a, b) => a * b, 1);
      const x = rounded(numbers(1, rows * blocks * inputs), "f32");
      const w = rounded(numbers(2, blocks * inputs * outputs), "f32");
      const operation: OpCase = {
        op: "nn.block_diagonal_dot",
        operands: [
          { shape: [...outer, blocks * inputs], data: x },
          { shape: [blocks, inputs, outputs], data: w },
        ],
      };
      return { case: operation, expected: [plain.blockDiagonalDot([rows, blocks, inputs, outputs], x, w)] };
    };
    check([caseOf([2, 5], 2, 3, 3), caseOf([2, 5], 3, 2, 4), caseOf([], 4, 2, 2), caseOf([3], 1, 4, 5)]);
  });

  it("gelu_tanh and softplus, for small and for huge numbers", () => {
    const wide = [-1e4, -100, -20, -3, -1, -0.5, -1e-3, 0, 1e-3, 0.5, 1, 3, 20, 100, 1e4];
    const one = (op: "nn.gelu_tanh" | "nn.softplus", element: "f32" | "bf16") => {
      const data = rounded(wide, element);
      const map = op === "nn.gelu_tanh" ? plain.geluTanh : plain.softplus;
      const operation: OpCase = { op, operands: [{ shape: [data.length], element, data }] };
      return { case: operation, expected: [data.map(map)], tolerance: element === "f32" ? 1e-6 : 1e-2 };
    };
    check([
      one("nn.gelu_tanh", "f32"),
      one("nn.softplus", "f32"),
      one("nn.gelu_tanh", "bf16"),
      one("nn.softplus", "bf16"),
    ]);
  });
});
