import { describe, expect, it } from "vitest";
import { axis, fn, input, parameter, program, scope, state, type Tensor } from "../../src/dsl/index.js";
import { useCpu } from "./cpu.js";
import { complaint, traceComplaint, traced } from "./trace.js";

const cpu = useCpu();
const [n, m] = [axis("n", 2), axis("m", 3)];

interface Pair<A extends string> {
  readonly x: Tensor<A, "f32">;
  readonly y: Tensor<A, "f32">;
}

describe("fn", () => {
  it("is traced once for each shape of its arguments, and shared by its calls", () => {
    let traces = 0;
    const add = fn("add_up", <A extends string>({ x, y }: Pair<A>) => {
      traces += 1;
      return { sum: x.add(y) };
    });
    const text = traced(() => {
      const x = input("x", [n], "f32");
      const z = input("z", [m], "f32");
      const once = add({ x, y: x }).sum;
      return { a: add({ x: once, y: x }).sum, b: add({ x: z, y: z }).sum };
    });
    expect(traces).toBe(2);
    expect(text).toMatchInlineSnapshot(`
      "module @test {
        func.func public @main(%arg0: tensor<2xf32> {griffin.axes = ["n"], griffin.input = "x"}, %arg1: tensor<3xf32> {griffin.axes = ["m"], griffin.input = "z"}) -> (tensor<2xf32> {griffin.axes = ["n"], griffin.output = "a", jax.result_info = "a"}, tensor<3xf32> {griffin.axes = ["m"], griffin.output = "b", jax.result_info = "b"}) {
          %0 = call @add_up(%arg0, %arg0) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
          %1 = call @add_up(%0, %arg0) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
          %2 = call @add_up_0(%arg1, %arg1) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
          return %1, %2 : tensor<2xf32>, tensor<3xf32>
        }
        func.func private @add_up(%arg0: tensor<2xf32>, %arg1: tensor<2xf32>) -> tensor<2xf32> {
          %0 = stablehlo.add %arg0, %arg1 : tensor<2xf32>
          return %0 : tensor<2xf32>
        }
        func.func private @add_up_0(%arg0: tensor<3xf32>, %arg1: tensor<3xf32>) -> tensor<3xf32> {
          %0 = stablehlo.add %arg0, %arg1 : tensor<3xf32>
          return %0 : tensor<3xf32>
        }
      }"
    `);
  });

  it("computes what its body computes", async () => {
    const both = fn("both", <A extends string>({ x, y }: Pair<A>) => ({ sum: x.add(y), product: x.mul(y) }));
    const p = program({ name: "p" }, () => {
      const [x, y] = [input("x", [n], "f32"), input("y", [n], "f32")];
      const { sum, product } = both({ x, y });
      return { again: both({ x: sum, y: product }).sum, sum };
    });
    expect(await cpu.run(p, { x: [1, 2], y: [10, 20] })).toEqual({ again: [21, 62], sum: [11, 22] });
  });

  it("two functions of one name stay two, and none is called main", async () => {
    const names = (text: string) => [...text.matchAll(/func\.func \w+ @(\w+)/g)].map(([, name]) => name);
    const plus = fn("main", ({ x }: { readonly x: Tensor<"n", "f32"> }) => ({ y: x.add(1) }));
    const times = fn("main", ({ x }: { readonly x: Tensor<"n", "f32"> }) => ({ y: x.mul(5) }));
    const body = () => times({ x: plus({ x: input("x", [n], "f32") }).y });
    expect(names(traced(body))).toEqual(["main", "main_0", "main_1"]);
    expect(await cpu.run(program({ name: "p" }, body), { x: [1, 2] })).toEqual({ y: [10, 15] });
  });

  it("calls functions", async () => {
    const inner = fn("inner", ({ x }: { readonly x: Tensor<"n", "f32"> }) => ({ y: x.add(1) }));
    const outer = fn("outer", ({ x }: { readonly x: Tensor<"n", "f32"> }) => inner({ x: inner({ x }).y }));
    const p = program({ name: "p" }, () => outer({ x: input("x", [n], "f32") }));
    expect(await cpu.run(p, { x: [1, 2] })).toEqual({ y: [3, 4] });
  });

  it("is traced anew for each program", () => {
    const add = fn("add", ({ x }: { readonly x: Tensor<"n", "f32"> }) => ({ y: x.add(1) }));
    const body = () => add({ x: input("x", [n], "f32") });
    expect(traced(body)).toBe(traced(body));
  });
});

describe("a function sees its arguments only", () => {
  const calling = (inside: (x: Tensor<"n", "f32">) => Tensor<"n", "f32">) => () =>
    fn("block", ({ x }: { readonly x: Tensor<"n", "f32"> }) => ({ y: inside(x) }))({
      x: input("x", [n], "f32"),
    });

  it("no parameters, also not those used outside", () => {
    const message = traceComplaint(
      calling((x) => scope("layer", () => x.add(parameter("bias", [n], "f32")))),
    );
    expect(message).toMatchInlineSnapshot(`
      "trace error: parameter "layer.bias" is used inside function "block"
        at:       test/dsl/functions.cpu.test.ts LINE
        | calling((x) => scope("layer", () => x.add(parameter("bias", [n], "f32")))),
        |                                           ^
        hint:     functions see their arguments only: pass it in"
    `);
    const shared = traceComplaint(() => {
      parameter("bias", [n], "f32");
      return calling((x) => x.add(parameter("bias", [n], "f32")))();
    });
    expect(shared.split("\n")[0]).toBe('trace error: parameter "bias" is used inside function "block"');
  });

  it("no inputs", () => {
    const message = traceComplaint(calling((x) => x.add(input("z", [n], "f32"))));
    expect(message.split("\n")[0]).toBe('trace error: input "z" is used inside function "block"');
  });

  it("no states, carried or not", () => {
    const body = calling((x) => x.add(state("h", [n], "f32").value));
    for (const kind of ["carried", "started", "dropped"] as const) {
      const message = complaint(() => program({ name: "p", state: kind }, body));
      expect(message.split("\n")[0]).toBe(
        'trace error: state "h" inside the body of a loop, a branch or a function',
      );
    }
  });

  it("no tensors of its surroundings", () => {
    const message = traceComplaint(() => {
      const z = input("z", [n], "f32");
      return calling((x) => x.add(z))();
    });
    expect(message).toMatchInlineSnapshot(`
      "trace error: program "test": a tensor is used where it does not exist
        got:      stablehlo.add: an operand is used before it is defined [dominance]
        at:       test/dsl/functions.cpu.test.ts LINE
        | return calling((x) => x.add(z))();
        |                         ^
        hint:     what a loop, a branch or a function makes leaves it as a result only, and what it needs of others, a function takes as an argument"
    `);
  });

  it("and returns tensors", () => {
    const message = traceComplaint(() => fn("block", () => ({ y: 1 }))({ x: input("x", [n], "f32") }));
    expect(message).toMatchInlineSnapshot(`
      "trace error: function "block": "y" is no tensor
        got:      1
        at:       test/dsl/functions.cpu.test.ts LINE
        | const message = traceComplaint(() => fn("block", () => ({ y: 1 }))({ x: input("x", [n], "f32") }));
        |                                                                   ^"
    `);
    const argument = traceComplaint(() => fn("block", (args: { readonly x: number }) => args)({ x: 1 }));
    expect(argument).toMatchInlineSnapshot(`
      "trace error: function "block": the arguments: "x" is no tensor
        got:      1
        at:       test/dsl/functions.cpu.test.ts LINE
        | const argument = traceComplaint(() => fn("block", (args: { readonly x: number }) => args)({ x: 1 }));
        |                                                                                          ^"
    `);
  });
});
