/** Gradients of RG-LRUs, whose gates are fused before their gradient is taken: what an author holds of them has its gradient nevertheless. */
import { expect, test } from "vitest";
import {
  axis,
  blockDiagonal,
  exp,
  grad,
  gradientsOfParameters,
  input,
  linearScan,
  merge,
  oneMinus,
  parameter,
  program,
  select,
  sigmoid,
  softplus,
  sqrt,
  stopGradient,
  sum,
  type Tensor,
} from "../../src/dsl/index.js";
import { run } from "./interpret.js";

const [batch, time, lru] = [axis("batch", 1), axis("time", 3), axis("lru", 4)] as const;
const [heads, block] = [axis("heads", 2), axis("block", 2)] as const;
const weightAxes = [heads, axis("block_in", 2), axis("block_out", 2)] as const;

type Tokens = Tensor<"batch" | "time" | "lru", "f32">;
type Bias = Tensor<"heads" | "block", "f32">;
type State = Tensor<"batch" | "lru", "f32">;

const bias = (name: string) => input(name, [heads, block], "f32");
const loss = (y: Tokens) => sum(y.mul(y), ["batch", "time", "lru"]);
const scanned = (x: Tokens, a: Tokens, h0: State) => linearScan({ x, a, h0, axis: "time" }).y;
const start = () => input("h0", [batch, lru], "f32");

/** What the scan of an RG-LRU takes (Griffin paper, section 2.4). */
function gates(inputBias: Bias, recurrenceBias: Bias): { readonly x: Tokens; readonly a: Tokens } {
  const x = input("x", [batch, time, lru], "f32");
  const gate = (weight: string, own: Bias) =>
    sigmoid(blockDiagonal(x, input(weight, weightAxes, "f32")).add(merge(own, ["heads", "block"], "lru")));
  const logA = gate("wr", recurrenceBias)
    .mul(softplus(input("lambda", [lru], "f32")))
    .mul(-8);
  const begins = input("position", [batch, time], "i32").eq(0);
  const damping = select(begins, 1, sqrt(oneMinus(exp(logA.mul(2)))));
  return { x: x.mul(gate("wx", inputBias)).mul(damping), a: select(begins, 0, exp(logA)) };
}

const wave = (count: number, phase: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.fround(Math.sin(1.7 * i + phase)));
const inputs: Readonly<Record<string, readonly number[]>> = {
  x: wave(12, 0),
  wx: wave(8, 1),
  wr: wave(8, 2),
  bx: wave(4, 3),
  br: wave(4, 4),
  lambda: wave(4, 5).map((value) => value - 2),
  position: [1, 2, 3],
  h0: wave(4, 6),
};

const traced = (body: Parameters<typeof program>[1]) => program({ name: "test" }, body);

/** The derivatives of a program's `loss` by an input, by differences. */
function differences(made: ReturnType<typeof traced>, name: string): number[] {
  const at = (i: number, by: number) =>
    run(made, { ...inputs, [name]: inputs[name]!.map((value, k) => (k === i ? value + by : value)) })
      .loss![0]!;
  return inputs[name]!.map((_, i) => (at(i, 1e-2) - at(i, -1e-2)) / 2e-2);
}

test.each(["bx", "br"])("an argument %s that is a bias of the gates has its gradient", (name) => {
  const biases = () => ({ bx: bias("bx"), br: bias("br") });
  const lossOf = (args: ReturnType<typeof biases>) => {
    const { x, a } = gates(args.bx, args.br);
    return loss(scanned(x, a, start()));
  };
  const expected = differences(
    traced(() => ({ loss: lossOf(biases()) })),
    name,
  );
  const actual = run(
    traced(() => grad(lossOf)(biases())),
    inputs,
  )[name]!;
  for (const [i, value] of actual.entries()) expect(value).toBeCloseTo(expected[i]!, 2);
  expect(Math.max(...actual.map(Math.abs))).toBeGreaterThan(0.01);
});

test("no gradient goes through a bias that is stopped", () => {
  const made = traced(() =>
    grad((args: { bx: Bias; br: Bias }) => {
      const { x, a } = gates(stopGradient(args.bx), args.br);
      return loss(scanned(x, a, start()));
    })({ bx: bias("bx"), br: bias("br") }),
  );
  const { bx, br } = run(made, inputs);
  expect(bx).toEqual([0, 0, 0, 0]);
  expect(Math.max(...br!.map(Math.abs))).toBeGreaterThan(0.01);
});

test("the gradient of a scan alone, of gates computed before it, is that of a scan of any numbers", () => {
  const made = traced(() => {
    const { x, a } = gates(bias("bx"), bias("br"));
    const gradients = grad((args: { x: Tokens; a: Tokens }) => loss(scanned(args.x, args.a, start())))({
      x,
      a,
    });
    return { x, a, gx: gradients.x, ga: gradients.a };
  });
  const plain = traced(() => {
    const [x, a] = [input("x", [batch, time, lru], "f32"), input("a", [batch, time, lru], "f32")];
    return grad((args: { x: Tokens; a: Tokens }) => loss(scanned(args.x, args.a, start())))({ x, a });
  });
  const { x, a, gx, ga } = run(made, inputs);
  const expected = run(plain, { x: x!, a: a!, h0: inputs.h0! });
  expect({ x: gx, a: ga }).toEqual(expected);
  expect(Math.max(...ga!.map(Math.abs))).toBeGreaterThan(0.01);
});

test("a parameter that is the state before a scan of gates computed before has its gradient", () => {
  const made = traced(() => {
    const { x, a } = gates(bias("bx"), bias("br"));
    const { gradients } = gradientsOfParameters(() => ({
      loss: loss(scanned(x, a, parameter("h0", [batch, lru], "f32"))),
    }));
    return { h0: gradients.h0 as State };
  });
  const plain = traced(() => {
    const { x, a } = gates(bias("bx"), bias("br"));
    return { loss: loss(scanned(x, a, start())) };
  });
  const expected = differences(plain, "h0");
  const { h0 } = run(made, inputs);
  for (const [i, value] of h0!.entries()) expect(value).toBeCloseTo(expected[i]!, 2);
  expect(Math.max(...h0!.map(Math.abs))).toBeGreaterThan(0.01);
});
