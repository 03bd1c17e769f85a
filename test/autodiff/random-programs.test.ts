import fc from "fast-check";
import { expect, test } from "vitest";
import { type Kept, markRematerialised } from "../../src/autodiff/index.js";
import { bodyOf, findFunction } from "../../src/ir/analysis/symbols.js";
import { Tensor } from "../../src/ir/interpret/tensor.js";
import type { Operation } from "../../src/ir/operation.js";
import { addVjp, parse, randomFrom, slopes } from "./vjp-of.js";

const unary = ["sine", "cosine", "tanh", "logistic", "negate"] as const;
const binary = ["add", "multiply", "subtract", "maximum", "minimum"] as const;
const T = "tensor<2x3xf64>";

/** One step: an op, and which of the values so far it takes. */
const step = fc.record({
  kind: fc.constantFrom("unary", "binary", "dot", "sum", "loop", "branch", "call", "slice"),
  name: fc.nat({ max: 4 }),
  a: fc.nat({ max: 99 }),
  b: fc.nat({ max: 99 }),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** The line, or lines, that define %v of values defined before. */
function linesOf({ kind, name, a, b }: Step, v: string, values: readonly string[]): string {
  const [x, y] = [values[a % values.length]!, values[b % values.length]!];
  const [one, two] = [unary[name]!, binary[name]!];
  switch (kind) {
    case "unary":
      return `  ${v} = stablehlo.${one} ${x} : ${T}`;
    case "binary":
      return `  ${v} = stablehlo.${two} ${x}, ${y} : ${T}`;
    case "dot":
      return `  ${v}d = stablehlo.dot_general ${x}, ${y}, contracting_dims = [1] x [1] : (${T}, ${T}) -> tensor<2x2xf64>
  ${v} = stablehlo.dot_general ${v}d, ${x}, contracting_dims = [0] x [0] : (tensor<2x2xf64>, ${T}) -> ${T}`;
    case "sum":
      return `  ${v}z = stablehlo.constant dense<0.0> : tensor<f64>
  ${v}s = stablehlo.reduce(${x} init: ${v}z) applies stablehlo.add across dimensions = [0] : (${T}, tensor<f64>) -> tensor<3xf64>
  ${v} = stablehlo.broadcast_in_dim ${v}s, dims = [1] : (tensor<3xf64>) -> ${T}`;
    case "slice":
      return `  ${v}s = stablehlo.slice ${x} [0:2, 1:3] : (${T}) -> tensor<2x2xf64>
  ${v}t = stablehlo.slice ${y} [0:2, 0:1] : (${T}) -> tensor<2x1xf64>
  ${v} = stablehlo.concatenate ${v}s, ${v}t, dim = 1 : (tensor<2x2xf64>, tensor<2x1xf64>) -> ${T}`;
    case "call":
      return `  ${v} = func.call @${one}(${x}, ${y}) : (${T}, ${T}) -> ${T}`;
    case "branch":
      return `  ${v}p = stablehlo.constant dense<${a % 2 === 0}> : tensor<i1>
  ${v} = "stablehlo.if"(${v}p) ({
    %d = stablehlo.dot_general ${x}, ${y}, contracting_dims = [1] x [1] : (${T}, ${T}) -> tensor<2x2xf64>
    %m = stablehlo.dot_general %d, ${x}, contracting_dims = [0] x [0] : (tensor<2x2xf64>, ${T}) -> ${T}
    %p = stablehlo.${one} %m : ${T}
    %q = stablehlo.${two} %p, ${y} : ${T}
    stablehlo.return %q : ${T}
  }, {
    %p = stablehlo.${one} ${y} : ${T}
    stablehlo.return %p : ${T}
  }) : (tensor<i1>) -> ${T}`;
    case "loop":
      return `  ${v}z = stablehlo.constant dense<0> : tensor<i32>
  ${v}n = stablehlo.constant dense<3> : tensor<i32>
  ${v}i, ${v}, ${v}w = stablehlo.while(%i = ${v}z, %h = ${x}, %g = ${y}) : tensor<i32>, ${T}, ${T}
  cond {
    %more = stablehlo.compare LT, %i, ${v}n : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %more : tensor<i1>
  } do {
    %one = stablehlo.constant dense<1> : tensor<i32>
    %next = stablehlo.add %i, %one : tensor<i32>
    %p = stablehlo.${one} %h : ${T}
    %q = stablehlo.${two} %p, %g : ${T}
    %u = func.call @sine(%q, ${y}) : (${T}, ${T}) -> ${T}
    stablehlo.return %next, %u, %p : tensor<i32>, ${T}, ${T}
  }`;
  }
}

function programOf(steps: readonly Step[]): string {
  const values = ["%a", "%b"];
  const lines = steps.map((each, i) => {
    const line = linesOf(each, `%v${i}`, values);
    values.push(`%v${i}`);
    return line;
  });
  const functions = unary.map(
    (name) => `func.func private @${name}(%x: ${T}, %y: ${T}) -> ${T} {
  %d = stablehlo.dot_general %x, %y, contracting_dims = [0] x [0] : (${T}, ${T}) -> tensor<3x3xf64>
  %m = stablehlo.dot_general %y, %d, contracting_dims = [1] x [0] : (${T}, tensor<3x3xf64>) -> ${T}
  %s = stablehlo.${name} %m : ${T}
  %t = stablehlo.multiply %s, %y : ${T}
  return %t : ${T}
}`,
  );
  return [
    `func.func @main(%a: ${T}, %b: ${T}) -> ${T} {`,
    ...lines,
    `  %r = stablehlo.tanh ${values.at(-1)} : ${T}`,
    `  return %r : ${T}`,
    "}",
    ...functions,
  ].join("\n");
}

/** How far the slope of a program by its gradient is from that by differences, relative to it if it is large. */
function errorOf(module: Operation, seed: number): number {
  const random = randomFrom(seed);
  const input = () => Tensor.fromFloats([2, 3], "f64", Float64Array.from({ length: 6 }, random)).toElements();
  const inputs = [input(), input()];
  const errorAt = (step: number): number => {
    const { gradient, difference } = slopes(module, inputs, { seed, step });
    return Math.abs(gradient - difference) / Math.max(1, Math.abs(difference));
  };
  const far = errorAt(1e-5);
  // Beside a corner of a maximum a difference sees both sides: nearer to the point it sees one.
  return far < BOUND ? far : errorAt(1e-7);
}
const BOUND = 1e-5;

test("gradients of generated programs have the slope that differences of their values have", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), fc.nat(), (steps, seed) => {
      expect(errorOf(addVjp(parse(programOf(steps))), seed)).toBeLessThan(BOUND);
    }),
    { numRuns: 30, seed: 42 },
  );
});

/** Part of a program that is computed again: from where to where, and what is kept. */
const part = fc.record({
  from: fc.nat({ max: 99 }),
  count: fc.nat({ max: 99 }),
  kept: fc.constantFrom<Kept>("nothing", "products"),
});

test("nor do they change when parts of the programs are computed again, one inside of the other", () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 2, maxLength: 6 }),
      fc.array(part, { minLength: 1, maxLength: 2 }),
      fc.nat(),
      (steps, parts, seed) => {
        const module = parse(programOf(steps));
        const operations = bodyOf(findFunction(module, "main")!)!.operations.slice(0, -1);
        // The inner part first, as it is traced first.
        parts.reduce((inside, { from, count, kept }, id) => {
          const start = from % inside.length;
          const chosen = inside.slice(start, start + 1 + (count % (inside.length - start)));
          markRematerialised(id === 0 ? chosen : operations, { id, kept });
          return operations;
        }, operations);
        expect(errorOf(addVjp(module), seed)).toBeLessThan(BOUND);
      },
    ),
    { numRuns: 20, seed: 43 },
  );
});
