/** @file Axes are known by their names: what a body returns may have them in any order. */
import { expect, test } from "vitest";
import {
  associativeScan,
  axis,
  cond,
  customVjp,
  fill,
  grad,
  input,
  jvp,
  program,
  scan,
  state,
  sum,
  switchCase,
  type Tensor,
  transpose,
  vjp,
  whileLoop,
} from "../../src/dsl/index.js";
import { run } from "./interpret.js";
import { traceComplaint } from "./trace.js";

const [r, c, t] = [axis("row", 2), axis("column", 3), axis("time", 2)];
const x = [1, 2, 3, 4, 5, 6];

/** The same tensor, its axes in the other order. */
const turned = <A extends string>(of: Tensor<A, "f32">): Tensor<A, "f32"> =>
  transpose(of, of.axes.map(({ name }) => name).reverse() as A[]);

/** What a program of an input x [row, column] computes of 1 ... 6. */
const of = (
  body: (x: Tensor<"row" | "column", "f32">) => Tensor<"row" | "column", "f32">,
): readonly number[] => {
  const traced = program({ name: "p" }, () => ({
    y: transpose(body(input("x", [r, c], "f32")), ["row", "column"]),
  }));
  return run(traced, { x }).y!;
};

test.each<
  [string, (x: Tensor<"row" | "column", "f32">) => Tensor<"row" | "column", "f32">, readonly number[]]
>([
  [
    "the carry of a scan",
    (given) =>
      scan("time", { h: given }, { n: fill(2, [t], "f32") }, ({ h }, { n }) => ({
        carry: { h: turned(h.mul(n)) },
      })).carry.h,
    x.map((n) => 4 * n),
  ],
  [
    "what a loop carries",
    (given) =>
      whileLoop(
        { i: fill(0, [], "i32"), h: given },
        ({ i }) => i.lt(2),
        ({ i, h }) => ({ i: i.add(1), h: turned(h.mul(3)) }),
      ).h,
    x.map((n) => 9 * n),
  ],
  [
    "a branch beside another",
    (given) =>
      cond(
        fill(0, [], "i1"),
        () => ({ y: given }),
        () => ({ y: turned(given.mul(5)) }),
      ).y,
    x.map((n) => 5 * n),
  ],
  [
    "one of several branches",
    (given) => switchCase(fill(1, [], "i32"), [() => ({ y: given }), () => ({ y: turned(given.add(1)) })]).y,
    x.map((n) => n + 1),
  ],
  [
    "a combination of elements",
    (given) =>
      associativeScan("column", { given }, (a, b) => ({ given: turned(a.given.add(b.given)) })).given,
    [1, 3, 6, 4, 9, 15],
  ],
  [
    "a cotangent",
    (given) => vjp(({ x }) => ({ y: x.mul(x) }), { x: given }).pullback({ y: turned(given) }).x,
    x.map((n) => 2 * n * n),
  ],
  [
    "a tangent",
    (given) => jvp(({ x }) => ({ y: x.mul(x) }), { x: given }, { x: turned(given) }).tangents.y,
    x.map((n) => 2 * n * n),
  ],
  [
    "a gradient of one's own",
    (given) => {
      const doubled = customVjp(
        "doubled",
        ({ x }: { readonly x: typeof given }) => ({ y: x.mul(2) }),
        ({ x }) => ({ x: turned(x) }),
      );
      return grad(({ x }: { readonly x: typeof given }) => sum(doubled({ x }).y, ["row", "column"]))({
        x: given,
      }).x;
    },
    x,
  ],
])("%s may have them in another order", (_, body, expected) => {
  expect(of(body)).toEqual(expected);
});

test("the next value of a state may have them in another order, and is kept in that of the state", () => {
  const traced = program({ name: "p" }, () => {
    const held = state("h", [r, c], "f32");
    held.update(turned(held.value.add(input("x", [r, c], "f32"))));
    return {};
  });
  expect(run(traced, { x, h: [0, 10, 20, 30, 40, 50] })).toEqual({ h: [1, 12, 23, 34, 45, 56] });
});

test("other axes, other sizes and other elements are no order", () => {
  const carry = (next: (h: Tensor<"row" | "column", "f32">) => unknown) =>
    traceComplaint(() => {
      const h = input("x", [r, c], "f32");
      return scan("time", { h }, { n: fill(2, [t], "f32") }, (carried) => ({
        carry: { h: next(carried.h) as typeof h },
      })).carry;
    });
  expect(carry((h) => h.rename({ row: "line" }))).toContain("got:      [line 2, column 3] f32");
  expect(carry((h) => h.to("bf16"))).toContain("got:      [row 2, column 3] bf16");
  expect(carry((h) => sum(h, "row"))).toContain("got:      [column 3] f32");
});
