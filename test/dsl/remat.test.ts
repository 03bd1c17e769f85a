import { describe, expect, test } from "vitest";
import {
  axis,
  dot,
  fill,
  fn,
  grad,
  input,
  keep,
  program,
  remat,
  scan,
  sin,
  sum,
  tanh,
  type TracedProgram,
} from "../../src/dsl/index.js";
import { walk } from "../../src/ir/operation.js";
import { run } from "./interpret.js";

const channels = axis("channels", 2);
const inner = axis("inner", 2);

type Body = (x: X, w: W) => ReturnType<typeof tanh<"channels", "f32">>;
type X = ReturnType<typeof inputX>;
type W = ReturnType<typeof inputW>;
const inputX = () => input("x", [channels], "f32");
const inputW = () => input("w", [channels, inner], "f32");

/** x through a product, a tanh and a product back. */
const layer: Body = (x, w) => {
  const hidden = keep("hidden", tanh(dot(x, w, "channels")));
  return sin(dot(hidden, w, "inner"));
};

/** The gradients of the sum of what is left of x after two layers. */
const traced = (body: Body): TracedProgram =>
  program({ name: "test" }, () => {
    const [x, w] = [inputX(), inputW()];
    return grad((args: { x: X; w: W }) => sum(body(body(args.x, args.w), args.w), "channels"))({ x, w });
  });

const numbers = { x: [0.3, -0.4], w: [0.5, 1.5, -1, 0.25] };
const near = (value: number): unknown => expect.closeTo(value, 6);
const count = ({ module }: TracedProgram, name: string): number =>
  [...walk(module)].filter((operation) => operation.name === `stablehlo.${name}`).length;

test.each([
  // Two products a layer, and two for the gradient of each.
  ["everything", "everything", { tanh: 2, dot_general: 12, optimization_barrier: 0 }],
  ["nothing", "nothing", { tanh: 4, dot_general: 16, optimization_barrier: 2 }],
  ["products", "products", { tanh: 4, dot_general: 12, optimization_barrier: 2 }],
  ["what is named", { names: ["hidden"] }, { tanh: 2, dot_general: 14, optimization_barrier: 2 }],
] as const)("layers that keep %s have the same gradients", (_, kept, counts) => {
  const plain = run(traced(layer), numbers);
  const made = traced((x, w) => remat(() => layer(x, w), { keep: kept }));
  for (const [name, values] of Object.entries(plain)) {
    run(made, numbers)[name]!.forEach((value, i) => {
      expect(value).toBeCloseTo(values[i]!, 6);
    });
  }
  const found = Object.keys(counts).map((name) => [name, count(made, name)]);
  expect(Object.fromEntries(found)).toEqual(counts);
});

const ways = ["nothing", "everything", "products", { names: ["hidden"] }] as const;
/** What comes out of the inner code comes out of the outer one, too. */
const product: Body = (x, w) => dot(keep("hidden", dot(x, w, "channels")), w, "inner");

describe("code inside of code that is computed again has the same gradients", () => {
  const [around, alone] = [
    run(
      traced((x, w) => sin(layer(x, w))),
      numbers,
    ),
    run(traced(product), numbers),
  ];
  const nearly = (gradients: typeof around) => ({ x: gradients.x!.map(near), w: gradients.w!.map(near) });

  test.each(ways.flatMap((outer) => ways.map((inner) => ({ outer, inner }))))(
    "what is kept: $outer, and inside $inner",
    ({ outer, inner }) => {
      const inside =
        (body: Body): Body =>
        (x, w) =>
          remat(() => body(x, w), { keep: inner });
      const first: Body = (x, w) => remat(() => sin(inside(layer)(x, w)), { keep: outer });
      const second: Body = (x, w) => remat(() => inside(product)(x, w), { keep: outer });
      expect(run(traced(first), numbers)).toEqual(nearly(around));
      expect(run(traced(second), numbers)).toEqual(nearly(alone));
    },
  );
});

test("code of a function, and of a step of a scan, is computed again there", () => {
  const steps = axis("steps", 3);
  const make = (kept: "nothing" | "everything"): TracedProgram =>
    program({ name: "test" }, () => {
      const [x, w] = [inputX(), inputW()];
      const block = fn("block", (args: { x: X; w: W }) => ({
        y: remat(() => layer(layer(args.x, args.w), args.w), { keep: kept }),
      }));
      return grad((args: { x: X; w: W }) => {
        const { carry } = scan("steps", { x: args.x }, { t: fill(0.5, [steps], "f32") }, (c, { t }) => ({
          carry: { x: remat(() => layer(c.x, args.w).mul(t), { keep: kept }) },
          output: {},
        }));
        return sum(block({ x: carry.x, w: args.w }).y, "channels");
      })({ x, w });
    });
  const [again, held] = [make("nothing"), make("everything")];
  const wanted = run(held, numbers);
  for (const [name, values] of Object.entries(run(again, numbers)))
    values.forEach((value, i) => {
      expect(value).toBeCloseTo(wanted[name]![i]!, 6);
    });
  const savedRows = (made: TracedProgram) => count(made, "dynamic_update_slice");
  // One stack of what goes into the steps, where two more hold what was computed there.
  expect([savedRows(again), savedRows(held)]).toEqual([1, 3]);
});

test("a program has no marks left when it is traced", () => {
  const made = program({ name: "test" }, () => {
    const [x, w] = [inputX(), inputW()];
    return { y: remat(() => layer(x, w)) };
  });
  expect([...walk(made.module)].flatMap(({ extra }) => [...extra.keys()])).toEqual([]);
});
