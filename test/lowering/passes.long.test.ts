import { describe, expect, it } from "vitest";
import { GriffinError } from "../../src/support/errors.js";
import { run } from "../passes/text.js";

/** A scan of `time` steps. */
function scan(time: number): string {
  const x = `tensor<2x${time}x4xf32>`;
  return `func.func @main(%x: ${x}, %a: ${x}, %h: tensor<2x4xf32>) -> (${x}, tensor<2x4xf32>) {
  %0:2 = "nn.linear_scan"(%x, %a, %h) <{axis = 1 : i64}> : (${x}, ${x}, tensor<2x4xf32>) -> (${x}, tensor<2x4xf32>)
  return %0#0, %0#1 : ${x}, tensor<2x4xf32>
}`;
}

/** How often each op occurs. */
function census(text: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [, op] of text.matchAll(/= "?stablehlo\.(\w+)/g)) counts[op!] = (counts[op!] ?? 0) + 1;
  return counts;
}

describe("lower-linear-scan", () => {
  it("one step is one multiplication and one addition, whatever the strategy", () => {
    for (const strategy of ["sequential", "associative", "blocked", "strided"]) {
      const { multiply, add, while: loops } = census(run(`lower-linear-scan{strategy=${strategy}}`, scan(1)));
      expect({ multiply, add, loops }).toEqual({ multiply: 1, add: 1, loops: undefined });
    }
  });

  it("sequential is one loop of `unroll` steps a turn, the rest in a straight line after it", () => {
    const { multiply, while: loops } = census(
      run("lower-linear-scan{strategy=sequential unroll=3}", scan(17)),
    );
    expect({ multiply, loops }).toEqual({ multiply: 3 + 2, loops: 1 });
  });

  it("sequential has no loop where two turns would do", () => {
    expect(census(run("lower-linear-scan{strategy=sequential unroll=4}", scan(8))).while).toBeUndefined();
  });

  it("associative grows with the logarithm of time", () => {
    const products = [8, 16, 32, 64].map(
      (time) => census(run("lower-linear-scan{strategy=associative}", scan(time))).multiply!,
    );
    const steps = products.slice(1).map((count, i) => count - products[i]!);
    expect(new Set(steps).size).toBe(1);
    expect(census(run("lower-linear-scan{strategy=associative}", scan(64))).while).toBeUndefined();
  });

  it("blocked walks over the ends of the blocks only", () => {
    const text = run("lower-linear-scan{strategy=blocked block=8}", scan(128));
    expect(text).toContain("stablehlo.while");
    expect(text).toContain("dense<16> : tensor<i32>");
    expect(text).not.toContain("dense<128> : tensor<i32>");
  });

  it("sequential takes one step a turn unless told otherwise", () => {
    expect(run("lower-linear-scan{strategy=sequential}", scan(100))).toBe(
      run("lower-linear-scan{strategy=sequential unroll=1}", scan(100)),
    );
  });

  it.each(["strategy=fast", "strategy=auto", "block=1", "unroll=0", "target=tpu", "blocks=3"])(
    "does not take %s",
    (options) => {
      expect(() => run(`lower-linear-scan{${options}}`, scan(3))).toThrow(GriffinError);
    },
  );
});

describe("lower-attention", () => {
  const attention = (time: number) => {
    const [q, k, r] = [`tensor<1x${time}x2x4xf32>`, `tensor<1x${time}x4xf32>`, "tensor<1x8x4xf32>"];
    const p = `tensor<1x${time}xi32>`;
    return `func.func @main(%q: ${q}, %k: ${k}, %v: ${k}, %p: ${p}, %rk: ${r}, %rv: ${r}, %n: tensor<1xi32>) -> ${q} {
  %0 = "nn.attention"(%q, %k, %v, %p, %rk, %rv, %n) <{scale = 0.5 : f32}> : (${q}, ${k}, ${k}, ${p}, ${r}, ${r}, tensor<1xi32>) -> ${q}
  return %0 : ${q}
}`;
  };
  /** The largest tensor of scores, in elements. */
  const scores = (text: string): number =>
    Math.max(
      ...[...text.matchAll(/stablehlo\.exponential .* tensor<([\dx]+)xf32>/g)].map(([, shape]) =>
        shape!.split("x").reduce((n, size) => n * Number(size), 1),
      ),
    );

  it("bands grow with time, all pairs with its square", () => {
    const [short, long] = [attention(64), attention(256)];
    const ratio = (options: string) =>
      scores(run(`lower-attention{${options}}`, long)) / scores(run(`lower-attention{${options}}`, short));
    expect(ratio("strategy=banded block=8")).toBe(4);
    expect(ratio("strategy=dense")).toBeGreaterThan(14);
  });

  it("a few queries are dense anyway", () => {
    expect(run("lower-attention{strategy=banded block=8}", attention(8))).toBe(
      run("lower-attention{strategy=dense}", attention(8)),
    );
  });
});
