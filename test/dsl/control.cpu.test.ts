import { describe, expect, it } from "vitest";
import {
  axis,
  cond,
  fill,
  input,
  parameter,
  program,
  range,
  state,
  switchCase,
  sum,
  type Tensor,
  whileLoop,
} from "../../src/dsl/index.js";
import { useCpu } from "./cpu.js";
import { complaint, traceComplaint, traced } from "./trace.js";

const cpu = useCpu();
const n = axis("n", 3);
const loose = <T>(value: unknown) => value as T;

describe("whileLoop", () => {
  const double = () => {
    const start = { i: fill(0, [], "i32"), x: input("x", [n], "f32") };
    return whileLoop(
      start,
      ({ i }) => i.lt(5),
      ({ i, x }) => ({ x: x.mul(2), i: i.add(1) }),
    );
  };

  it("is one while op, whatever the order of the body's record", () => {
    expect(traced(() => ({ y: double().x }))).toMatchInlineSnapshot(`
      "module @test {
        func.func public @main(%arg0: tensor<3xf32> {griffin.axes = ["n"], griffin.input = "x"}) -> (tensor<3xf32> {griffin.axes = ["n"], griffin.output = "y", jax.result_info = "y"}) {
          %c = stablehlo.constant dense<0> : tensor<i32>
          %0:2 = stablehlo.while(%iterArg = %c, %iterArg_0 = %arg0) : tensor<i32>, tensor<3xf32>
          cond {
            %c_1 = stablehlo.constant dense<5> : tensor<i32>
            %1 = stablehlo.compare LT, %iterArg, %c_1 : (tensor<i32>, tensor<i32>) -> tensor<i1>
            stablehlo.return %1 : tensor<i1>
          } do {
            %cst = stablehlo.constant dense<2.000000e+00> : tensor<3xf32>
            %1 = stablehlo.multiply %iterArg_0, %cst : tensor<3xf32>
            %c_1 = stablehlo.constant dense<1> : tensor<i32>
            %2 = stablehlo.add %iterArg, %c_1 : tensor<i32>
            stablehlo.return %2, %1 : tensor<i32>, tensor<3xf32>
          }
          return %0#1 : tensor<3xf32>
        }
      }"
    `);
  });

  it("repeats the body while the condition holds", async () => {
    expect(await cpu.run(program({ name: "p" }, double), { x: [1, -2, 0.5] })).toEqual({
      i: [5],
      x: [32, -64, 16],
    });
  });

  it("never runs the body when the condition does not hold at first", async () => {
    const p = program({ name: "p" }, () => {
      const x = input("x", [], "i32");
      return whileLoop(
        { x },
        ({ x }) => x.lt(10),
        ({ x }) => ({ x: x.add(3) }),
      );
    });
    expect(await cpu.run(p, { x: [12] })).toEqual({ x: [12] });
  });

  it("nests, and its body sees what lies outside, parameters included", async () => {
    const p = program({ name: "p" }, () => {
      const step = input("step", [], "i32");
      const zero = fill(0, [], "i32");
      return whileLoop(
        { i: zero, total: zero },
        ({ i }) => i.lt(3),
        ({ i, total }) => {
          const inner = whileLoop(
            { j: zero, total },
            ({ j }) => j.lt(i.add(1)),
            ({ j, total }) => ({ j: j.add(1), total: total.add(step).add(parameter("offset", [], "i32")) }),
          );
          return { i: i.add(1), total: inner.total };
        },
      );
    });
    expect(p.arguments.map(({ role, name }) => `${role} ${name}`)).toEqual([
      "input step",
      "parameter offset",
    ]);
    expect(await cpu.run(p, { step: [10], offset: [1] })).toEqual({ i: [3], total: [66] });
  });

  it("a body that changes a shape", () => {
    const message = traceComplaint(() =>
      whileLoop(
        { x: input("x", [n], "f32") },
        () => fill(1, [], "i1"),
        ({ x }) => loose({ x: sum(x, "n") }),
      ),
    );
    expect(message).toMatchInlineSnapshot(`
      "shape error: whileLoop: the body returns another "x"
        expected: [n 3] f32
        got:      [] f32
        at:       test/dsl/control.cpu.test.ts LINE
        | whileLoop(
        | ^"
    `);
  });

  it("a body that leaves something out, or adds something", () => {
    const start = () => ({ i: fill(0, [], "i32"), x: input("x", [n], "f32") });
    const less = traceComplaint(() =>
      whileLoop(
        start(),
        ({ i }) => i.lt(1),
        ({ i }) => loose({ i }),
      ),
    );
    expect(less.split("\n").slice(0, 3)).toEqual([
      'shape error: whileLoop: the body returns another "x"',
      "  expected: [n 3] f32",
      "  got:      nothing",
    ]);
    const more = traceComplaint(() =>
      whileLoop(
        start(),
        ({ i }) => i.lt(1),
        (all) => ({ ...all, toString: all.i }),
      ),
    );
    expect(more.split("\n").slice(0, 3)).toEqual([
      'shape error: whileLoop: the body returns another "toString"',
      "  expected: nothing",
      "  got:      [] i32",
    ]);
  });

  it("a body that returns no record of tensors", () => {
    const start = () => ({ i: fill(0, [], "i32") });
    const nothing = traceComplaint(() =>
      whileLoop(
        start(),
        ({ i }) => i.lt(1),
        () => loose(undefined),
      ),
    );
    expect(nothing).toMatchInlineSnapshot(`
      "trace error: whileLoop: the body: this is no record of tensors
        got:      undefined
        at:       test/dsl/control.cpu.test.ts LINE
        | whileLoop(
        | ^
        hint:     name them: { y: tensor }"
    `);
    const number = traceComplaint(() =>
      whileLoop(
        start(),
        ({ i }) => i.lt(1),
        () => loose({ i: 1 }),
      ),
    );
    expect(number).toMatchInlineSnapshot(`
      "trace error: whileLoop: the body: "i" is no tensor
        got:      1
        at:       test/dsl/control.cpu.test.ts LINE
        | whileLoop(
        | ^"
    `);
  });

  it("a condition that is no boolean", () => {
    const message = traceComplaint(() =>
      whileLoop(
        { i: fill(0, [], "i32") },
        ({ i }) => loose(i),
        (all) => all,
      ),
    );
    expect(message).toMatchInlineSnapshot(`
      "shape error: whileLoop: the condition must be one element
        expected: [] i1
        got:      [] i32
        at:       test/dsl/control.cpu.test.ts LINE
        | whileLoop(
        | ^"
    `);
  });
});

describe("cond and switchCase", () => {
  it("cond is one if op whose branches see what lies outside", () => {
    const text = traced(() => {
      const x = input("x", [n], "f32");
      return cond(
        input("p", [], "i1"),
        () => ({ y: x.add(1) }),
        () => ({ y: x }),
      );
    });
    expect(text).toMatchInlineSnapshot(`
      "module @test {
        func.func public @main(%arg0: tensor<3xf32> {griffin.axes = ["n"], griffin.input = "x"}, %arg1: tensor<i1> {griffin.input = "p"}) -> (tensor<3xf32> {griffin.axes = ["n"], griffin.output = "y", jax.result_info = "y"}) {
          %0 = "stablehlo.if"(%arg1) ({
            %cst = stablehlo.constant dense<1.000000e+00> : tensor<3xf32>
            %1 = stablehlo.add %arg0, %cst : tensor<3xf32>
            stablehlo.return %1 : tensor<3xf32>
          }, {
            stablehlo.return %arg0 : tensor<3xf32>
          }) : (tensor<i1>) -> tensor<3xf32>
          return %0 : tensor<3xf32>
        }
      }"
    `);
  });

  it("cond runs one branch or the other", async () => {
    const p = () =>
      program({ name: "p" }, () => {
        const x = input("x", [n], "f32");
        return cond(
          input("p", [], "i1"),
          () => ({ y: x.add(1), z: x }),
          () => ({ z: x.mul(x), y: x }),
        );
      });
    expect(await cpu.run(p(), { x: [1, 2, 3], p: [1] })).toEqual({ y: [2, 3, 4], z: [1, 2, 3] });
    expect(await cpu.run(p(), { x: [1, 2, 3], p: [0] })).toEqual({ y: [1, 2, 3], z: [1, 4, 9] });
  });

  it.each([
    [0, 1],
    [1, 20],
    [2, 300],
    [3, 300],
    [-1, 300],
  ])("switchCase: index %d gives %d", async (index, expected) => {
    const p = program({ name: "p" }, () => {
      const x = input("x", [], "i32");
      const branch = (factor: number) => () => ({ y: x.mul(factor) });
      return switchCase(input("index", [], "i32"), [branch(1), branch(10), branch(100)]);
    });
    expect(await cpu.run(p, { x: [index === 0 ? 1 : index === 1 ? 2 : 3], index: [index] })).toEqual({
      y: [expected],
    });
  });

  it("branches that differ", () => {
    const message = traceComplaint(() => {
      const x = input("x", [n], "f32");
      return cond(
        input("p", [], "i1"),
        () => ({ y: x }),
        () => ({ y: loose<typeof x>(x.to("i32")) }),
      );
    });
    expect(message).toMatchInlineSnapshot(`
      "shape error: cond: a branch returns another "y"
        expected: [n 3] f32
        got:      [n 3] i32
        at:       test/dsl/control.cpu.test.ts LINE
        | return cond(
        |        ^"
    `);
  });

  it("a predicate and an index that are not one element", () => {
    const predicate = traceComplaint(() => {
      const x = input("x", [n], "f32");
      return cond(
        loose(x.lt(0)),
        () => ({ x }),
        () => ({ x }),
      );
    });
    expect(predicate).toMatchInlineSnapshot(`
      "shape error: cond: the predicate must be one element
        expected: [] i1
        got:      [n 3] i1
        at:       test/dsl/control.cpu.test.ts LINE
        | return cond(
        |        ^"
    `);
    const index = traceComplaint(() => {
      const x = input("x", [n], "f32");
      return switchCase(loose(fill(1, [], "i64")), [() => ({ x })]);
    });
    expect(index.split("\n").slice(0, 3)).toEqual([
      "shape error: switchCase: the index must be one element",
      "  expected: [] i32",
      "  got:      [] i64",
    ]);
  });

  it("no branches", () => {
    const message = traceComplaint(() => switchCase(input("index", [], "i32"), []));
    expect(message).toMatchInlineSnapshot(`
      "trace error: switchCase: no branches given
        at:       test/dsl/control.cpu.test.ts LINE
        | const message = traceComplaint(() => switchCase(input("index", [], "i32"), []));
        |                                      ^"
    `);
  });
});

describe("what may not happen inside a body", () => {
  const looping = (inside: (x: Tensor<"n", "f32">) => void) => () =>
    whileLoop(
      { x: input("x", [n], "f32") },
      ({ x }) => sum(x, "n").lt(10),
      ({ x }) => {
        inside(x);
        return { x: x.add(1) };
      },
    );

  it("a state", () => {
    const message = traceComplaint(looping(() => state("h", [n], "f32")));
    expect(message).toMatchInlineSnapshot(`
      "trace error: state "h" inside the body of a loop, a branch or a function
        at:       test/dsl/control.cpu.test.ts LINE
        | const message = traceComplaint(looping(() => state("h", [n], "f32")));
        |                                              ^
        hint:     return the tensor from the body, and do it outside"
    `);
  });

  it("an update of a state made outside", () => {
    const message = traceComplaint(() => {
      const h = state("h", [n], "f32");
      return looping((x) => h.update(x))();
    });
    expect(message).toMatchInlineSnapshot(`
      "trace error: state "h" is updated inside the body of a loop, a branch or a function
        at:       test/dsl/control.cpu.test.ts LINE
        | return looping((x) => h.update(x))();
        |                         ^
        hint:     return the tensor from the body, and do it outside"
    `);
  });

  it("a tensor that leaves the body by the way", () => {
    const message = complaint(() =>
      program({ name: "leaky" }, () => {
        let leaked: Tensor<"n", "f32"> | undefined;
        looping((x) => {
          leaked = x.mul(2);
        })();
        return { y: leaked!.add(1) };
      }),
    );
    expect(message).toMatchInlineSnapshot(`
      "trace error: program "leaky": a tensor is used where it does not exist
        got:      stablehlo.add: an operand is used before it is defined [dominance]
        at:       test/dsl/control.cpu.test.ts LINE
        | return { y: leaked!.add(1) };
        |                     ^
        hint:     what a loop, a branch or a function makes leaves it as a result only, and what it needs of others, a function takes as an argument"
    `);
  });

  it("a tensor of another program", () => {
    let foreign: Tensor<"n"> | undefined;
    program({ name: "first" }, () => {
      foreign = range(n);
      return { foreign };
    });
    const message = complaint(() => program({ name: "second" }, () => ({ y: foreign!.add(1) })));
    expect(message.split("\n")[0]).toBe(
      'trace error: program "second": a tensor is used where it does not exist',
    );
  });
});
