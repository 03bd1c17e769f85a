import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { binary, unary } from "./values.js";

/** The largest relative error of f(x) against g(x), in units of the last place of f64 or f32. */
function worstUlps(
  name: string,
  exact: (x: number) => number,
  points: readonly number[],
  element: "f32" | "f64" = "f64",
): number {
  const epsilon = element === "f64" ? 2 ** -52 : 2 ** -23;
  const rounded = element === "f64" ? points : points.map(Math.fround);
  const errors = unary(name, rounded, element).map((value, i) => {
    const wanted = exact(rounded[i]!);
    return value === wanted ? 0 : Math.abs(value - wanted) / (Math.abs(wanted) * epsilon);
  });
  return Math.max(...errors);
}

const range = (from: number, to: number, count = 401): number[] =>
  Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));

describe("real functions", () => {
  it.each([
    ["acos", Math.acos, range(-1, 1)],
    ["acosh", Math.acosh, [...range(1, 4), 1e10, 1e200]],
    ["asin", Math.asin, range(-1, 1)],
    ["asinh", Math.asinh, [...range(-4, 4), 1e-10, -1e200]],
    ["atan", Math.atan, range(-10, 10)],
    ["atanh", Math.atanh, [...range(-0.99, 0.99), 1e-10]],
    ["cosh", Math.cosh, range(-20, 20)],
    ["sinh", Math.sinh, [...range(-20, 20), 1e-10]],
    ["tan", Math.tan, range(-1.5, 1.5)],
  ] as const)("%s is exact to a few units of the last place, in f64 and f32", (name, exact, points) => {
    expect(worstUlps(name, exact, points, "f64")).toBeLessThan(4);
    const small = points.filter((x) => Math.abs(x) < 1e30);
    expect(worstUlps(name, exact, small, "f32")).toBeLessThan(4);
  });

  it("keeps to the ends of their domains", () => {
    expect(unary("acos", [-1, 1, 2])).toEqual([Math.PI, 0, Number.NaN]);
    expect(unary("asin", [-1, 1, 2])).toEqual([-Math.PI / 2, Math.PI / 2, Number.NaN]);
    expect(unary("acosh", [1, 0.5, Infinity])).toEqual([0, Number.NaN, Infinity]);
    expect(unary("asinh", [0, Infinity, -Infinity])).toEqual([0, Infinity, -Infinity]);
    expect(unary("atanh", [1, -1, 2])).toEqual([Infinity, -Infinity, Number.NaN]);
    expect(unary("atan", [Infinity, -Infinity])).toEqual([Math.PI / 2, -Math.PI / 2]);
  });

  it("computes narrow floats in f32", () => {
    expect(unary("asin", [0.5], "bf16")).toEqual([0.5234375]);
    expect(unary("asinh", [300], "f16")).toEqual([6.3984375]);
  });

  it("square, conj", () => {
    expect(unary("square", [-3, 0.5])).toEqual([9, 0.25]);
    expect(unary("conj", [-3, 0.5])).toEqual([-3, 0.5]);
  });
});

describe("error functions", () => {
  // Values from tables: erf(1/2), erf(1), erf(2).
  it("erf and erfc have their known values", () => {
    const erf = unary("erf", [0, 0.5, 1, 2, -1, 30]);
    [0, 0.5204998778130465, 0.8427007929497149, 0.9953222650189527, -0.8427007929497149, 1].forEach(
      (value, i) => {
        expect(erf[i]).toBeCloseTo(value, 15);
      },
    );
    const erfc = unary("erfc", [0, 1, 5, 10, -1, 30]);
    [1, 0.15729920705028513, 1.5374597944280347e-12, 2.088487583762545e-45, 1.842700792949715, 0].forEach(
      (value, i) => {
        expect(Math.abs(erfc[i]! - value)).toBeLessThanOrEqual(Math.abs(value) * 1e-14);
      },
    );
  });

  it("erf in f32 ends at -1 and 1", () => {
    expect(unary("erf", [-9, 9, 0], "f32")).toEqual([-1, 1, 0]);
  });

  it("erfc is 1 - erf in f32", () => {
    const points = range(-3, 3, 61);
    const erfc = unary("erfc", points, "f32");
    unary("erf", points, "f32").forEach((value, i) => {
      expect(erfc[i]).toBeCloseTo(1 - value, 5);
    });
  });

  it("erf_inv turns erf around", () => {
    const points = [-0.999, -0.5, -1e-8, 0, 0.25, 0.9, 0.9999999];
    unary("erf", unary("erf_inv", points)).forEach((value, i) => {
      expect(value).toBeCloseTo(points[i]!, 14);
    });
    expect(unary("erf_inv", [1, -1, 2])).toEqual([Infinity, -Infinity, Number.NaN]);
    unary("erf", unary("erf_inv", [-0.9, 0.3], "f32"), "f32").forEach((value, i) => {
      expect(value).toBeCloseTo([-0.9, 0.3][i]!, 6);
    });
  });
});

describe("gamma functions", () => {
  it("lgamma of whole numbers is the logarithm of a factorial", () => {
    const factorials = [1, 1, 2, 6, 24, 120, 720];
    unary("lgamma", [1, 2, 3, 4, 5, 6, 7]).forEach((value, i) => {
      expect(value).toBeCloseTo(Math.log(factorials[i]!), 13);
    });
  });

  it("lgamma reflects below 1/2, and is infinite at 0, -1 ... and at infinity", () => {
    // gamma(1/4), gamma(-1/2) = -2 sqrt(pi).
    const [quarter, negative, ...rest] = unary("lgamma", [0.25, -0.5, 0, -3, Infinity, -Infinity]);
    expect(quarter).toBeCloseTo(Math.log(3.625609908221908), 14);
    expect(negative).toBeCloseTo(Math.log(2 * Math.sqrt(Math.PI)), 13);
    expect(rest).toEqual([Infinity, Infinity, Infinity, Infinity]);
  });

  it("digamma has its known values, and no number at 0, -1 ...", () => {
    const euler = 0.5772156649015329;
    const [one, half, negative, zero, pole] = unary("digamma", [1, 0.5, -0.5, 0, -2]);
    expect(one).toBeCloseTo(-euler, 14);
    expect(half).toBeCloseTo(-euler - 2 * Math.LN2, 13);
    expect(negative).toBeCloseTo(2 - euler - 2 * Math.LN2, 13);
    expect([zero, pole]).toEqual([Number.NaN, Number.NaN]);
  });

  it("zeta has its known values and poles", () => {
    const [two, four, shifted] = binary("zeta", [2, 4, 2], [1, 1, 3]);
    expect(two).toBeCloseTo(Math.PI ** 2 / 6, 14);
    expect(four).toBeCloseTo(Math.PI ** 4 / 90, 14);
    expect(shifted).toBeCloseTo(Math.PI ** 2 / 6 - 1.25, 14);
    expect(binary("zeta", [1000], [2])).toEqual([2 ** -1000]);
    expect(binary("zeta", [1, 0.5, 2, 3, 2.5], [2, 2, 0, -1, -0.5])).toEqual([
      Infinity,
      Number.NaN,
      Infinity,
      Number.NaN,
      Number.NaN,
    ]);
  });

  it("polygamma is digamma and its derivatives", () => {
    const euler = 0.5772156649015329;
    const apery = 1.2020569031595942;
    const [zeroth, first, second, ...rest] = binary("polygamma", [0, 1, 2, -1, 0.5], [1, 1, 1, 1, 1]);
    expect(zeroth).toBeCloseTo(-euler, 14);
    expect(first).toBeCloseTo(Math.PI ** 2 / 6, 13);
    expect(second).toBeCloseTo(-2 * apery, 13);
    expect(rest).toEqual([Number.NaN, Number.NaN]);
  });
});

describe("other real functions", () => {
  it("bessel_i1e is odd and has its known values", () => {
    // e^-1 I1(1), e^-20 I1(20).
    const [one, twenty, negative] = unary("bessel_i1e", [1, 20, -1]);
    expect(one).toBeCloseTo(0.2079104153497085, 15);
    expect(twenty).toBeCloseTo(0.08750622218328867, 15);
    expect(negative).toBe(-one!);
    expect(unary("bessel_i1e", [1], "f32")[0]).toBeCloseTo(0.20791042, 7);
  });

  it("next_after takes one step", () => {
    expect(binary("next_after", [1, 1, 0, 0, -1], [2, 0, 1, -1, 0])).toEqual([
      1 + 2 ** -52,
      1 - 2 ** -53,
      Number.MIN_VALUE,
      -Number.MIN_VALUE,
      -1 + 2 ** -53,
    ]);
    expect(binary("next_after", [3, Infinity, Number.NaN, -0], [3, 0, 1, 0])).toEqual([
      3,
      Number.MAX_VALUE,
      Number.NaN,
      0,
    ]);
    expect(binary("next_after", [1], [2], "f32")).toEqual([1 + 2 ** -23]);
  });

  it("next_after there and back is where it was", () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: 1e-300, max: 1e300 });
    fc.assert(
      fc.property(fc.array(finite, { minLength: 3, maxLength: 3 }), (values) => {
        const up = binary(
          "next_after",
          values,
          values.map(() => Infinity),
        );
        expect(
          binary(
            "next_after",
            up,
            values.map(() => -Infinity),
          ),
        ).toEqual(values);
      }),
      { numRuns: 20 },
    );
  });
});
