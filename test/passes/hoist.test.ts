import { describe, expect, it } from "vitest";
import { normal, run } from "./text.js";

const loop = (before: string, ...body: readonly string[]): string => `
func.func @main(%x: tensor<4xf32>, %s: tensor<4xf32>, %n: tensor<i32>) -> tensor<4xf32> {
  %c = stablehlo.constant dense<0> : tensor<i32>
  ${before}
  %0:2 = stablehlo.while(%i = %c, %y = %x) : tensor<i32>, tensor<4xf32>
  cond {
    %1 = stablehlo.compare LT, %i, %n : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %1 : tensor<i1>
  } do {
    %one = stablehlo.constant dense<1> : tensor<i32>
    %1 = stablehlo.add %i, %one : tensor<i32>
    ${body.join("\n    ")}
    stablehlo.return %1, %r : tensor<i32>, tensor<4xf32>
  }
  return %0#1 : tensor<4xf32>
}`;

describe("hoist-loop-invariants", () => {
  it("moves chains, and the constants they read", () => {
    const chain = [
      "%two = stablehlo.constant dense<2.0> : tensor<4xf32>",
      "%2 = stablehlo.multiply %s, %two : tensor<4xf32>",
      "%3 = stablehlo.exponential %2 : tensor<4xf32>",
    ];
    const use = "%r = stablehlo.multiply %y, %3 : tensor<4xf32>";
    expect(run("hoist-loop-invariants", loop("", ...chain, use))).toBe(normal(loop(chain.join("\n  "), use)));
  });

  it("moves operations of inner loops out of all loops", () => {
    const inner = (expression: string, value: string) => `%4 = stablehlo.while(%z = %y) : tensor<4xf32>
      cond {
        %5 = stablehlo.slice %z [0:1] : (tensor<4xf32>) -> tensor<1xf32>
        %8 = stablehlo.reshape %5 : (tensor<1xf32>) -> tensor<f32>
        %9 = stablehlo.convert %8 : (tensor<f32>) -> tensor<i1>
        stablehlo.return %9 : tensor<i1>
      } do {
        ${expression}
        %7 = stablehlo.multiply %z, ${value} : tensor<4xf32>
        stablehlo.return %7 : tensor<4xf32>
      }`;
    const result = "%r = stablehlo.negate %4 : tensor<4xf32>";
    const expression = "%6 = stablehlo.exponential %s : tensor<4xf32>";
    const [before, after] = [
      loop("", inner(expression, "%6"), result),
      loop(expression, inner("", "%6"), result),
    ];
    expect(run("hoist-loop-invariants", before)).toBe(normal(after));
  });

  it.each<[string, readonly string[]]>([
    [
      "constants alone",
      [
        "%two = stablehlo.constant dense<2.0> : tensor<4xf32>",
        "%r = stablehlo.multiply %y, %two : tensor<4xf32>",
      ],
    ],
    [
      "what may have an effect",
      [
        "%2 = stablehlo.custom_call @random(%s) {has_side_effect = true} : (tensor<4xf32>) -> tensor<4xf32>",
        "%r = stablehlo.multiply %y, %2 : tensor<4xf32>",
      ],
    ],
  ])("leaves %s in the loop", (_title, body) => {
    const text = loop("", ...body);
    expect(run("hoist-loop-invariants", text)).toBe(normal(text));
  });

  it("leaves a broadcast in the loop, but moves what it repeats", () => {
    const convert = "%2 = stablehlo.convert %n : (tensor<i32>) -> tensor<f32>";
    const rest = [
      "%3 = stablehlo.broadcast_in_dim %2, dims = [] : (tensor<f32>) -> tensor<4xf32>",
      "%r = stablehlo.multiply %y, %3 : tensor<4xf32>",
    ];
    expect(run("hoist-loop-invariants", loop("", convert, ...rest))).toBe(normal(loop(convert, ...rest)));
  });
});

const parameter = (name: string, type: string, path: string): string =>
  `%${name}: ${type} {griffin.parameter = "${path}"}`;
const prepared = (name: string, type: string, index: number): string =>
  `%${name}: ${type} {griffin.prepared = ${index} : i64}`;

const f = "tensor<4xf32>";

describe("hoist-parameters", () => {
  it("moves several tensors, the parameters of the preparation in the order of use", () => {
    const before = `
func.func @main(%x: ${f}, ${parameter("a", f, "a")}, ${parameter("b", f, "b")}, ${parameter("c", f, "c")}) -> ${f} {
  %0 = stablehlo.exponential %c : ${f}
  %1 = stablehlo.add %a, %b : ${f}
  %2 = stablehlo.add %x, %0 : ${f}
  %3 = stablehlo.multiply %2, %1 : ${f}
  return %3 : ${f}
}`;
    const after = `
func.func @main(%x: ${f}, ${prepared("p", f, 0)}, ${prepared("q", f, 1)}) -> ${f} {
  %2 = stablehlo.add %x, %p : ${f}
  %3 = stablehlo.multiply %2, %q : ${f}
  return %3 : ${f}
}
func.func @prepare(${parameter("c", f, "c")}, ${parameter("a", f, "a")}, ${parameter("b", f, "b")}) -> (${f}, ${f}) attributes {griffin.preparation} {
  %0 = stablehlo.exponential %c : ${f}
  %1 = stablehlo.add %a, %b : ${f}
  return %0, %1 : ${f}, ${f}
}`;
    expect(run("hoist-parameters", before)).toBe(normal(after));
  });

  const mainWith = (...body: readonly string[]): string => `
func.func @main(%x: ${f}, ${parameter("a", "tensor<f32>", "a")}, ${parameter("w", "tensor<2x2xf32>", "w")}, ${parameter("h", "tensor<4xbf16>", "h")}) -> ${f} {
  ${body.join("\n  ")}
  return %r : ${f}
}`;

  it.each<[string, string]>([
    [
      "a broadcast of a parameter",
      mainWith(
        `%0 = stablehlo.broadcast_in_dim %a, dims = [] : (tensor<f32>) -> ${f}`,
        `%r = stablehlo.multiply %x, %0 : ${f}`,
      ),
    ],
    [
      "a computation on a broadcast, which is larger than the parameter",
      mainWith(
        `%0 = stablehlo.broadcast_in_dim %a, dims = [] : (tensor<f32>) -> ${f}`,
        `%1 = stablehlo.exponential %0 : ${f}`,
        `%r = stablehlo.multiply %x, %1 : ${f}`,
      ),
    ],
    [
      "a reshape of a parameter, which costs nothing",
      mainWith(
        `%0 = stablehlo.reshape %w : (tensor<2x2xf32>) -> ${f}`,
        `%r = stablehlo.multiply %x, %0 : ${f}`,
      ),
    ],
    [
      "a mere conversion to a wider type",
      mainWith(
        `%0 = stablehlo.convert %h : (tensor<4xbf16>) -> ${f}`,
        `%r = stablehlo.multiply %x, %0 : ${f}`,
      ),
    ],
    [
      "a copy of a parameter that is read as it is too",
      mainWith(
        "%0 = stablehlo.transpose %w, dims = [1, 0] : (tensor<2x2xf32>) -> tensor<2x2xf32>",
        "%1 = stablehlo.reshape %x : (tensor<4xf32>) -> tensor<2x2xf32>",
        "%2 = stablehlo.add %w, %1 : tensor<2x2xf32>",
        "%3 = stablehlo.add %0, %2 : tensor<2x2xf32>",
        `%r = stablehlo.reshape %3 : (tensor<2x2xf32>) -> ${f}`,
      ),
    ],
    [
      "a copy of a parameter that a tree which stays is made of",
      mainWith(
        "%0 = stablehlo.transpose %w, dims = [1, 0] : (tensor<2x2xf32>) -> tensor<2x2xf32>",
        "%1 = stablehlo.broadcast_in_dim %w, dims = [1, 2] : (tensor<2x2xf32>) -> tensor<3x2x2xf32>",
        "%3 = stablehlo.reshape %x : (tensor<4xf32>) -> tensor<2x2xf32>",
        "%4 = stablehlo.broadcast_in_dim %3, dims = [1, 2] : (tensor<2x2xf32>) -> tensor<3x2x2xf32>",
        "%5 = stablehlo.add %1, %4 : tensor<3x2x2xf32>",
        "%6 = stablehlo.slice %5 [0:1, 0:2, 0:2] : (tensor<3x2x2xf32>) -> tensor<1x2x2xf32>",
        "%7 = stablehlo.reshape %6 : (tensor<1x2x2xf32>) -> tensor<2x2xf32>",
        "%8 = stablehlo.add %0, %7 : tensor<2x2xf32>",
        `%r = stablehlo.reshape %8 : (tensor<2x2xf32>) -> ${f}`,
      ),
    ],
    [
      "constants",
      mainWith(
        `%0 = stablehlo.constant dense<2.0> : ${f}`,
        `%1 = stablehlo.exponential %0 : ${f}`,
        `%r = stablehlo.multiply %x, %1 : ${f}`,
      ),
    ],
  ])("leaves %s", (_title, text) => {
    expect(run("hoist-parameters", text)).toBe(normal(text));
  });

  it("lets a small vector grow wider when it is computed, within the slack", () => {
    const text = mainWith(
      `%0 = stablehlo.convert %h : (tensor<4xbf16>) -> ${f}`,
      `%1 = stablehlo.exponential %0 : ${f}`,
      `%r = stablehlo.multiply %x, %1 : ${f}`,
    );
    expect(run("hoist-parameters{slack=8}", text)).toContain("griffin.prepared");
    expect(run("hoist-parameters{slack=7}", text)).toBe(normal(text));
  });

  it("does nothing when it is not enabled", () => {
    const text = mainWith(
      "%0 = stablehlo.exponential %a : tensor<f32>",
      `%1 = stablehlo.broadcast_in_dim %0, dims = [] : (tensor<f32>) -> ${f}`,
      `%r = stablehlo.multiply %x, %1 : ${f}`,
    );
    expect(run("hoist-parameters{enabled=false}", text)).toBe(normal(text));
    expect(run("hoist-parameters", text)).not.toBe(normal(text));
  });

  it("adds to the preparation of an earlier run, sharing its parameters", () => {
    const text = `
func.func @main(%x: ${f}, ${parameter("a", f, "a")}, ${prepared("p", f, 0)}) -> ${f} {
  %0 = stablehlo.exponential %a : ${f}
  %1 = stablehlo.multiply %p, %0 : ${f}
  %2 = stablehlo.multiply %x, %1 : ${f}
  return %2 : ${f}
}
func.func @prepare(${parameter("a", f, "a")}) -> ${f} attributes {griffin.preparation} {
  %0 = stablehlo.negate %a : ${f}
  return %0 : ${f}
}`;
    expect(run("hoist-parameters", text)).toBe(
      normal(`
func.func @main(%x: ${f}, ${prepared("p", f, 0)}, ${prepared("q", f, 1)}) -> ${f} {
  %1 = stablehlo.multiply %p, %q : ${f}
  %2 = stablehlo.multiply %x, %1 : ${f}
  return %2 : ${f}
}
func.func @prepare(${parameter("a", f, "a")}) -> (${f}, ${f}) attributes {griffin.preparation} {
  %0 = stablehlo.negate %a : ${f}
  %1 = stablehlo.exponential %a : ${f}
  return %0, %1 : ${f}, ${f}
}`),
    );
  });

  const hoisted = (name: string, mark: string): string => `
func.func @main(%x: ${f}, ${prepared("p", f, 0)}) -> ${f} {
  %0 = stablehlo.add %x, %p : ${f}
  return %0 : ${f}
}
func.func @${name}(${parameter("a", f, "a")}) -> ${f}${mark} {
  %0 = stablehlo.exponential %a : ${f}
  return %0 : ${f}
}`;

  it("knows the preparation by its mark: a function of the author's that is called so stays what it is", () => {
    const own = `
func.func @prepare(%x: ${f}) -> ${f} {
  return %x : ${f}
}`;
    const text = `
func.func @main(%x: ${f}, ${parameter("a", f, "a")}) -> ${f} {
  %0 = stablehlo.exponential %a : ${f}
  %1 = stablehlo.add %x, %0 : ${f}
  return %1 : ${f}
}`;
    const mark = " attributes {griffin.preparation}";
    const [main, preparation] = hoisted("prepare_0", mark).split("\nfunc.func @prepare_0");
    expect(run("hoist-parameters", text + own)).toBe(
      normal(`${main}${own}\nfunc.func @prepare_0${preparation}`),
    );
  });

  it("leaves what calls a function, which would have to stand beside the preparation", () => {
    const text = `
func.func @main(%x: ${f}, ${parameter("a", f, "a")}) -> ${f} {
  %0 = call @negated(%a) : (${f}) -> ${f}
  %1 = stablehlo.add %x, %0 : ${f}
  return %1 : ${f}
}
func.func private @negated(%x: ${f}) -> ${f} {
  %0 = stablehlo.negate %x : ${f}
  return %0 : ${f}
}`;
    expect(run("hoist-parameters", text)).toBe(normal(text));
  });
});
