/** @file compile, by the interpreter: what goes in and comes out, states, prints, and errors with the author's line. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import {
  axis,
  dot,
  fill,
  input,
  parameter,
  print,
  probe,
  program,
  scan,
  spec,
  state,
  updateParameters,
} from "../../../src/dsl/index.js";
import { compile } from "../../../src/engine/index.js";
import { lowerProgram, stablehloText } from "../../../src/engine/index.js";
import { GriffinError } from "../../../src/support/errors.js";
import { writeSafetensors } from "../../../src/weights/index.js";

const [row, column] = [axis("row", 2), axis("column", 3)];
const on = "interpreter" as const;

/** y = x + b, twice, with everything declared. */
const declared = () =>
  program(
    { name: "declared", inputs: { x: spec([row, column], "f32") }, parameters: { b: spec([column], "f32") } },
    ({ x }, { b }) => ({ y: x.add(b), twice: x.mul(2) }),
  );

/** The same, asked for where it is used. */
const open = () =>
  program({ name: "open" }, () => ({
    y: input("x", [row, column], "f32").add(parameter("b", [column], "f32")),
  }));

describe("a call", () => {
  it("takes flat lists, lists in lists, typed arrays and numbers, and gives shape, axes, type and elements", async () => {
    await using f = await compile(declared(), { on });
    const x = [1, 2, 3, 4, 5, 6];
    const y = {
      dtype: "f32",
      axes: ["row", "column"],
      shape: [2, 3],
      data: Float32Array.of(2, 2, 3, 5, 5, 6),
    };
    expect(await f({ x, b: [1, 0, 0] })).toEqual({
      y,
      twice: { ...y, data: Float32Array.of(2, 4, 6, 8, 10, 12) },
    });
    expect(
      (
        await f({
          x: [
            [1, 2, 3],
            [4, 5, 6],
          ],
          b: Float32Array.of(1, 0, 0),
        })
      ).y,
    ).toEqual(y);
  });

  it("takes what another call gave, from the host or as it lies there", async () => {
    await using f = await compile(declared(), { on });
    const b = [1, 1, 1];
    const first = await f.onDevice({ x: Float32Array.of(1, 2, 3, 4, 5, 6), b });
    expect([first.y.shape, first.y.axes, first.y.dtype]).toEqual([[2, 3], ["row", "column"], "f32"]);
    const second = await f({ x: first.y, b });
    expect((await f({ x: second.y, b })).y.data).toEqual(Float32Array.of(4, 5, 6, 7, 8, 9));
    first.y.close();
    first.twice.close();
  });

  it.each([
    ["i64", [1n, 2n ** 62n], BigInt64Array.of(1n, 2n ** 62n)],
    ["ui8", [1, 255], Uint8Array.of(1, 255)],
    ["i4", [-8, 7], Int8Array.of(-8, 7)],
    ["i1", [true, false], Uint8Array.of(1, 0)],
    ["bf16", [1, 0.1], Float32Array.of(1, 0.10009765625)],
    ["f8E4M3FN", [1.1, -2], Float32Array.of(1.125, -2)],
    ["f64", [0.1, 2], Float64Array.of(0.1, 2)],
    ["complex<f32>", [1, 2, 3, 4], Float32Array.of(1, 2, 3, 4)],
  ] as const)("gives elements of %s as they came", async (dtype, x, data) => {
    const same = program({ name: "same" }, () => ({ y: input("x", [row], dtype) }));
    await using f = await compile(same, { on });
    expect((await f({ x })).y!.data).toEqual(data);
  });

  it("may be made several times at once, of a program that is lowered elsewhere meanwhile", async () => {
    const p = open();
    const [f, g] = await Promise.all([compile(p, { on }), compile(p, { on, parameters: { b: [1, 1, 1] } })]);
    const text = stablehloText(lowerProgram(p));
    const x = [0, 0, 0, 0, 0, 0];
    const results = await Promise.all([f({ x, b: [1, 2, 3] }), g({ x }), f({ x, b: [4, 4, 4] })]);
    expect(results.map(({ y }) => Array.from(y.data as Float32Array))).toEqual([
      [1, 2, 3, 1, 2, 3],
      [1, 1, 1, 1, 1, 1],
      [4, 4, 4, 4, 4, 4],
    ]);
    expect(stablehloText(lowerProgram(p))).toBe(text);
    await Promise.all([f.close(), g.close()]);
  });
});

describe("parameters", () => {
  it("come from a file of weights, by their paths or by names that the caller says", async () => {
    const folder = await mkdtemp(join(tmpdir(), "compile-"));
    try {
      const data = new Uint8Array(Float32Array.of(1, 2, 3).buffer);
      const tensor = { dtype: "f32" as const, shape: [3], data };
      const tensors = { b: tensor, other: tensor };
      const path = join(folder, "weights.safetensors");
      await writeSafetensors(path, tensors);
      const x = [0, 0, 0, 0, 0, 0];
      await using byPath = await compile(declared(), { on, parameters: path });
      expect((await byPath({ x })).y.data).toEqual(Float32Array.of(1, 2, 3, 1, 2, 3));
      await using byName = await compile(declared(), { on, parameters: path, nameOf: () => "other" });
      expect((await byName({ x })).y.data).toEqual(Float32Array.of(1, 2, 3, 1, 2, 3));
      await expect(compile(declared(), { on, parameters: path, nameOf: () => "none" })).rejects.toThrow(
        /none: missing/,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

const counting = () =>
  program({ name: "counting" }, () => {
    const count = state("count", [], "i32");
    const next = count.value.add(input("step", [], "i32"));
    count.update(next);
    return { seen: next.mul(10) };
  });

describe("states", () => {
  it("are kept inside, from zeros; calls at once follow each other", async () => {
    await using f = await compile(counting(), { on });
    const seen = await Promise.all([1, 2, 3].map(async (step) => (await f({ step })).seen.data[0]));
    expect(seen).toEqual([10, 30, 60]);
    expect((await f.states()).count!.data).toEqual(Int32Array.of(6));
    await f.reset();
    expect((await f({ step: 5 })).seen.data).toEqual(Int32Array.of(50));
  });

  it("are handed out, and in", async () => {
    await using f = await compile(counting(), { on, states: "outside" });
    const { outputs, states } = await f.call({ step: 2, count: 40 });
    expect([outputs.seen.data, states.count!.data]).toEqual([Int32Array.of(420), Int32Array.of(42)]);
  });

  it("that are updated parameters begin with what is given", async () => {
    const descent = program({ name: "descent" }, () => {
      const w = parameter("w", [], "f32");
      updateParameters({ w: w.sub(1) });
      return { was: w };
    });
    await using f = await compile(descent, { on, parameters: { w: 5 } });
    expect([(await f({})).was.data[0], (await f({})).was.data[0]]).toEqual([5, 4]);
    expect((await f.states()).w!.data).toEqual(Float32Array.of(3));
    await expect(f.reset()).rejects.toThrow("what descent began with is gone");
    await expect(compile(descent, { on })).rejects.toThrow(
      "descent updates parameters, and does not know what they begin with",
    );
  });
});

test("probes of a program that was traced with them", async () => {
  const probed = program({ name: "probed", probes: () => true }, () => ({
    y: probe("half", input("x", [row], "f32").mul(0.5)).mul(4),
  }));
  await using f = await compile(probed, { on });
  const { outputs, probes } = await f.call({ x: [2, 4] });
  expect([outputs.y.data, probes.half!.data]).toEqual([Float32Array.of(4, 8), Float32Array.of(1, 2)]);
});

test("what is printed in loops is told each time, and left out for plugins", async () => {
  const printing = program({ name: "telling" }, () => {
    const { carry } = scan(
      "row",
      { sum: fill(0, [], "i32") },
      { x: input("x", [row], "i32") },
      ({ sum }, { x }) => ({
        carry: { sum: print("sum", sum.add(x)) },
        output: {},
      }),
    );
    return { y: print("all", carry.sum) };
  });
  const lines: string[] = [];
  await using f = await compile(printing, {
    on,
    onPrint: (label, { dtype, axes, data }) => lines.push(`${label} [${axes.join()}] ${dtype} ${data}`),
  });
  await f({ x: [3, 4] });
  expect(lines).toEqual(["sum [] i32 3", "sum [] i32 7", "all [] i32 7"]);
  expect(stablehloText(lowerProgram(printing))).not.toContain("print");
});

describe("errors", () => {
  /** The error of a call, its place as the line that it names. */
  async function complaint(given: object): Promise<readonly string[]> {
    await using f = await compile(open(), { on });
    const error: unknown = await f(given as never).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(GriffinError);
    const text = (error as GriffinError).message.replaceAll(/\S*(compile\.test\.ts):\d+:\d+/g, "$1 LINE");
    return text.split("\n");
  }

  it("says what a call without a record of arguments lacks", async () => {
    expect(await complaint(undefined as never)).toEqual([
      "usage error: open is called with no record of its arguments",
      "  expected: { x, b }",
      "  got:      undefined",
    ]);
  });

  it("names what is missing, unknown and does not fit, all at once, with the line of each", async () => {
    expect(await complaint({ x: [1, 2], c: 1 })).toEqual([
      'usage error: open has no argument "c"',
      '  also: input "x" of open does not fit, expected [row 2, column 3] f32: 2 x 3 numbers, got 2 numbers, compile.test.ts LINE',
      '  also: parameter "b" of open is not given, expected [column 3] f32, compile.test.ts LINE',
      "  hint:     known: x, b",
    ]);
  });

  it("says of a parameter that was given before, and of a state that is kept inside, why no call gives them", async () => {
    const kept = program({ name: "kept" }, () => {
      const { value, update } = state("s", [row], "f32");
      const next = value.add(input("x", [row], "f32").mul(parameter("w", [row], "f32")));
      update(next);
      return { y: next };
    });
    await using own = await compile(kept, { on: "interpreter", parameters: { w: [1, 2] } });
    const misgiven = own as unknown as (given: object) => Promise<unknown>;
    await expect(misgiven({ x: [1, 2], w: [1, 2] })).rejects.toThrow(
      [
        'usage error: kept has no argument "w"',
        "  hint:     it was given when the program was compiled, for all calls",
      ].join("\n"),
    );
    await expect(misgiven({ x: [1, 2], s: [1, 2] })).rejects.toThrow(
      ['usage error: kept has no argument "s"', "  hint:     it is kept inside, from call to call"].join(
        "\n",
      ),
    );
  });

  it.each([
    [
      "a typed array of another type",
      Float64Array.of(1, 2, 3),
      "expected: [column 3] f32: Float32Array of 3",
      "got:      Float64Array of 3",
    ],
    [
      "a number that the type does not have",
      [1, 1e39, 2],
      "expected: [column 3] f32: numbers that f32 has",
      "got:      1e+39 at 1",
    ],
    [
      "lists of different lengths",
      [[1], [2, 3]],
      "expected: [column 3] f32: 3 numbers",
      "got:      lists of different lengths",
    ],
    [
      "a list with something undefined in it",
      [1, undefined, 2],
      "expected: [column 3] f32: 3 numbers",
      "got:      undefined at 1",
    ],
    ["lists of holes", new Array(3), "expected: [column 3] f32: 3 numbers", "got:      undefined at 0"],
    ["nothing", null, "expected: [column 3] f32: Float32Array of 3, or 3 numbers", "got:      null"],
    [
      "a tensor of other axes",
      { dtype: "f32", axes: ["row"], shape: [3], data: Float32Array.of(1, 2, 3) },
      "expected: [column 3] f32",
      "got:      [row 3] f32",
    ],
  ])("%s", async (_, b, expected, got) => {
    expect(await complaint({ x: [1, 2, 3, 4, 5, 6], b })).toEqual([
      'usage error: parameter "b" of open does not fit',
      `  ${expected}`,
      `  ${got}`,
      "  at:       compile.test.ts LINE",
    ]);
  });

  it("refuses two places, two arguments of one name, and calls of what is closed", async () => {
    await expect(compile(open(), { on, plugin: "cpu" })).rejects.toThrow(
      "compile: a program runs in one place",
    );
    const twice = program({ name: "twice" }, () => ({
      y: dot(input("x", [row], "f32"), parameter("x", [row], "f32"), "row"),
    }));
    await expect(compile(twice, { on })).rejects.toThrow('two arguments of twice are called "x"');
    const f = await compile(open(), { on });
    await f.close();
    await f.close();
    await expect(f({})).rejects.toThrow("open is closed");
  });
});
