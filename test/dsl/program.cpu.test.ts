import { describe, expect, it } from "vitest";
import { axis, input, parameter, probe, program, scope, state, type Tensor } from "../../src/dsl/index.js";
import { printModule } from "../../src/ir/text/index.js";
import { useCpu } from "./cpu.js";
import { complaint, traceComplaint, traced } from "./trace.js";

const cpu = useCpu();
const n = axis("n", 2);

const vector = { axes: ["n"], elementType: "f32", dimensions: [2] };

describe("parameters", () => {
  it("are arguments by their path within the scopes, in the order of first use", () => {
    const p = program({ name: "p" }, () => {
      const x = input("x", [n], "f32");
      const layer = (i: number) =>
        scope(`layers.${i}`, () =>
          scope("norm", () => parameter("weight", [n], "f32")).add(parameter("bias", [n], "f32")),
        );
      return { y: x.add(layer(1)).add(layer(0)) };
    });
    expect(p.arguments).toEqual([
      { role: "input", name: "x", ...vector, donated: false },
      { role: "parameter", name: "layers.1.norm.weight", ...vector, donated: false },
      { role: "parameter", name: "layers.1.bias", ...vector, donated: false },
      { role: "parameter", name: "layers.0.norm.weight", ...vector, donated: false },
      { role: "parameter", name: "layers.0.bias", ...vector, donated: false },
    ]);
  });

  it("one path is one argument", () => {
    const text = traced(() => {
      const tied = () => scope("embed", () => parameter("weight", [n], "f32"));
      return { y: tied().mul(tied()) };
    });
    expect(text).toMatchInlineSnapshot(`
      "module @test {
        func.func public @main(%arg0: tensor<2xf32> {griffin.axes = ["n"], griffin.parameter = "embed.weight"}) -> (tensor<2xf32> {griffin.axes = ["n"], griffin.output = "y", jax.result_info = "y"}) {
          %0 = stablehlo.multiply %arg0, %arg0 : tensor<2xf32>
          return %0 : tensor<2xf32>
        }
      }"
    `);
  });

  it("an input, a parameter and a state of one name are three arguments", () => {
    const p = program({ name: "p" }, () => {
      const h = state("x", [n], "f32");
      h.update(input("x", [n], "f32").add(parameter("x", [n], "f32")));
      return { y: h.value };
    });
    expect(p.arguments.map(({ role }) => role)).toEqual(["state", "input", "parameter"]);
  });

  it("one path with two shapes", () => {
    const message = traceComplaint(() => {
      parameter("weight", [n], "f32");
      return parameter("weight", [n], "bf16");
    });
    expect(message).toMatchInlineSnapshot(`
      "trace error: parameter "weight" is asked for twice with different shapes
        expected: [n 2] f32
        got:      [n 2] bf16
        at:       test/dsl/program.cpu.test.ts LINE
        | return parameter("weight", [n], "bf16");
        |        ^"
    `);
  });

  it("scopes end also when their body throws", () => {
    const p = program({ name: "p" }, () => {
      expect(() =>
        scope("layer", () => {
          throw new Error("stop");
        }),
      ).toThrow("stop");
      return { y: parameter("weight", [n], "f32") };
    });
    expect(p.arguments.map(({ name }) => name)).toEqual(["weight"]);
  });
});

describe("states", () => {
  const counter = (kind: "carried" | "started" | "dropped") =>
    program({ name: "p", state: kind }, () => {
      const count = scope("layer", () => state("count", [n], "f32"));
      const next = count.value.add(input("x", [n], "f32"));
      count.update(next);
      return { y: next.mul(2) };
    });

  it("are donated arguments whose results take their memory", () => {
    expect(printModule(counter("carried").module)).toMatchInlineSnapshot(`
      "module @p {
        func.func public @main(%arg0: tensor<2xf32> {griffin.axes = ["n"], griffin.state = "layer.count", tf.aliasing_output = 1 : i32}, %arg1: tensor<2xf32> {griffin.axes = ["n"], griffin.input = "x"}) -> (tensor<2xf32> {griffin.axes = ["n"], griffin.output = "y", jax.result_info = "y"}, tensor<2xf32> {griffin.axes = ["n"], griffin.state = "layer.count", jax.result_info = "layer.count"}) {
          %0 = stablehlo.add %arg0, %arg1 : tensor<2xf32>
          %cst = stablehlo.constant dense<2.000000e+00> : tensor<2xf32>
          %1 = stablehlo.multiply %0, %cst : tensor<2xf32>
          return %1, %0 : tensor<2xf32>, tensor<2xf32>
        }
      }
      "
    `);
    expect(counter("carried").results).toEqual([
      { role: "output", name: "y", ...vector },
      { role: "state", name: "layer.count", ...vector },
    ]);
  });

  it("start as zeros, and are results, in a program that starts", () => {
    const p = counter("started");
    expect(p.arguments.map(({ name }) => name)).toEqual(["x"]);
    expect(p.results.map(({ name }) => name)).toEqual(["y", "layer.count"]);
    expect(printModule(p.module)).toMatchInlineSnapshot(`
      "module @p {
        func.func public @main(%arg0: tensor<2xf32> {griffin.axes = ["n"], griffin.input = "x"}) -> (tensor<2xf32> {griffin.axes = ["n"], griffin.output = "y", jax.result_info = "y"}, tensor<2xf32> {griffin.axes = ["n"], griffin.state = "layer.count", jax.result_info = "layer.count"}) {
          %cst = stablehlo.constant dense<0.000000e+00> : tensor<2xf32>
          %0 = stablehlo.add %cst, %arg0 : tensor<2xf32>
          %cst_0 = stablehlo.constant dense<2.000000e+00> : tensor<2xf32>
          %1 = stablehlo.multiply %0, %cst_0 : tensor<2xf32>
          return %1, %0 : tensor<2xf32>, tensor<2xf32>
        }
      }
      "
    `);
  });

  it("start as zeros and are dropped in a program that keeps nothing", () => {
    const p = counter("dropped");
    expect(p.arguments.map(({ name }) => name)).toEqual(["x"]);
    expect(p.results.map(({ name }) => name)).toEqual(["y"]);
  });

  it("are carried on", async () => {
    expect(await cpu.run(counter("carried"), { "layer.count": [1, 2], x: [10, 20] })).toEqual({
      y: [22, 44],
      "layer.count": [11, 22],
    });
  });

  it("one that is not updated keeps what it holds", async () => {
    const p = program({ name: "p" }, () => ({ y: state("h", [n], "f32").value.add(1) }));
    expect(p.results.map(({ role, name }) => `${role} ${name}`)).toEqual(["output y", "state h"]);
    expect(await cpu.run(p, { h: [1, 2] })).toEqual({ y: [2, 3], h: [1, 2] });
  });

  it("come back in the order of their arguments, whatever the order of the updates", async () => {
    const p = program({ name: "p" }, () => {
      const [a, b] = [state("a", [n], "f32"), state("b", [n], "f32")];
      b.update(a.value);
      a.update(b.value);
      return {};
    });
    expect(p.results.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(await cpu.run(p, { a: [1, 2], b: [3, 4] })).toEqual({ a: [3, 4], b: [1, 2] });
  });

  it("updated twice", () => {
    const message = traceComplaint(() => {
      const h = scope("layer", () => state("h", [n], "f32"));
      h.update(h.value.add(1));
      h.update(h.value.add(2));
      return {};
    });
    expect(message).toMatchInlineSnapshot(`
      "trace error: state "layer.h" is updated twice
        at:       test/dsl/program.cpu.test.ts LINE
        | h.update(h.value.add(2));
        |   ^"
    `);
  });

  it("updated with another shape", () => {
    const m = axis("m", 2);
    const shape = traceComplaint(() => {
      const x: unknown = input("x", [m], "f32");
      state("h", [n], "f32").update(x as Tensor<"n", "f32">);
      return {};
    });
    expect(shape).toMatchInlineSnapshot(`
      "trace error: state "h" is updated with a tensor of another shape
        expected: [n 2] f32
        got:      [m 2] f32
        at:       test/dsl/program.cpu.test.ts LINE
        | state("h", [n], "f32").update(x as Tensor<"n", "f32">);
        |                        ^"
    `);
  });
});

describe("probes", () => {
  const body = () => {
    const x = input("x", [n], "f32");
    const first = scope("layers.0", () => probe("output", x.mul(2)));
    const second = scope("layers.1", () => probe("output", first.add(1)));
    return { y: probe("y", second) };
  };

  it("are nothing unless they are asked for", () => {
    expect(traced(body)).toMatchInlineSnapshot(`
      "module @test {
        func.func public @main(%arg0: tensor<2xf32> {griffin.axes = ["n"], griffin.input = "x"}) -> (tensor<2xf32> {griffin.axes = ["n"], griffin.output = "y", jax.result_info = "y"}) {
          %cst = stablehlo.constant dense<2.000000e+00> : tensor<2xf32>
          %0 = stablehlo.multiply %arg0, %cst : tensor<2xf32>
          %cst_0 = stablehlo.constant dense<1.000000e+00> : tensor<2xf32>
          %1 = stablehlo.add %0, %cst_0 : tensor<2xf32>
          return %1 : tensor<2xf32>
        }
      }"
    `);
  });

  it("are results after outputs and states, by path", async () => {
    const p = program({ name: "p", probes: (name) => name.startsWith("layers") }, () => {
      const h = state("h", [n], "f32");
      h.update(h.value.add(1));
      return body();
    });
    expect(p.results.map(({ role, name }) => `${role} ${name}`)).toEqual([
      "output y",
      "state h",
      "probe layers.0.output",
      "probe layers.1.output",
    ]);
    expect(await cpu.run(p, { x: [1, 2], h: [5, 6] })).toEqual({
      y: [3, 5],
      h: [6, 7],
      "layers.0.output": [2, 4],
      "layers.1.output": [3, 5],
    });
  });
});

describe("program", () => {
  it("results are the outputs in the order of the record, also the same tensor twice and an input as it is", async () => {
    const p = program({ name: "p" }, () => {
      const x = input("x", [n], "f32");
      const y = x.add(1);
      return { z: y, a: x, b: y };
    });
    expect(p.results.map(({ name }) => name)).toEqual(["z", "a", "b"]);
    expect(await cpu.run(p, { x: [1, 2] })).toEqual({ z: [2, 3], a: [1, 2], b: [2, 3] });
  });

  it("the operations carry the author's line and the scope", () => {
    const p = program({ name: "p" }, () => scope("layer", () => ({ y: input("x", [n], "f32").add(1) })));
    expect(printModule(p.module, { locations: true })).toMatch(
      /loc\("layer"\(#loc\d*\)\)|#loc\d* = loc\("[^"]*program\.test\.ts":\d+:\d+\)/,
    );
  });

  it("programs do not see each other", () => {
    const inner = () => program({ name: "inner" }, () => ({ y: parameter("w", [n], "f32") }));
    const outer = program({ name: "outer" }, () => {
      expect(inner().arguments).toHaveLength(1);
      return { y: input("x", [n], "f32") };
    });
    expect(outer.arguments.map(({ name }) => name)).toEqual(["x"]);
  });

  it("an output that is no tensor", () => {
    const message = complaint(() => program({ name: "p" }, () => ({ y: 3 }) as never));
    expect(message).toMatchInlineSnapshot(`
      "trace error: program "p": "y" is no tensor
        got:      3
        at:       test/dsl/program.cpu.test.ts LINE
        | const message = complaint(() => program({ name: "p" }, () => ({ y: 3 }) as never));
        |                                 ^"
    `);
  });

  it("no record of outputs", () => {
    const message = complaint(() => program({ name: "p" }, () => undefined as never));
    expect(message).toMatchInlineSnapshot(`
      "trace error: program "p": this is no record of tensors
        got:      undefined
        at:       test/dsl/program.cpu.test.ts LINE
        | const message = complaint(() => program({ name: "p" }, () => undefined as never));
        |                                 ^
        hint:     name them: { y: tensor }"
    `);
  });

  it("after a program that threw, another is traced as if nothing had been", () => {
    expect(() =>
      program({ name: "p" }, () => {
        throw new Error("author's own");
      }),
    ).toThrow("author's own");
    const message = complaint(() => input("x", [n], "f32"));
    expect(message.split("\n")[0]).toBe("trace error: no program is being traced");
  });
});
