import { describe, expect, test } from "vitest";
import { countText, lines } from "./hlo.js";

const twice = `%twice (x: f32[10]) -> f32[10] {
  %x = f32[10]{0} parameter(0)
  ROOT %sum = f32[10]{0} add(%x, %x), backend_config={"window_config":{"estimated_cycles":"5"}}
}`;

describe("computations that are called", () => {
  test("a function called twice counts twice, in one entry", () => {
    const cost = countText(
      `
      %a = f32[10]{0} parameter(0)
      %b = f32[10]{0} call(%a), to_apply=%twice
      ROOT %c = f32[10]{0} call(%b), to_apply=%twice`,
      twice,
    );
    expect(lines(cost)).toEqual(["add sum x 2, reads 80 hbm, writes 80 hbm, 10 cycles"]);
  });

  test.each([
    [
      "several branches",
      "%i = s32[] parameter(1)",
      "conditional(%i, %a, %a), branch_computations={%twice, %once}",
    ],
    [
      "true and false",
      "%i = pred[] parameter(1)",
      "conditional(%i, %a, %a), true_computation=%once, false_computation=%twice",
    ],
  ])(
    "of a conditional with %s, the branch with the most cycles counts, and it is said",
    (_what, index, conditional) => {
      const once = `%once (y: f32[10]) -> f32[10] {
  %y = f32[10]{0} parameter(0)
  ROOT %negated = f32[10]{0} negate(%y), backend_config={"window_config":{"estimated_cycles":"4"}}
}`;
      const cost = countText(
        `%a = f32[10]{0} parameter(0)\n${index}\nROOT %choice = f32[10]{0} ${conditional}`,
        `${twice}\n\n${once}`,
      );
      expect(lines(cost)).toEqual(["add sum, reads 40 hbm, writes 40 hbm, 5 cycles"]);
      expect(cost.conditionals).toEqual(["choice"]);
    },
  );

  test("without cycles the branch with the most bytes counts", () => {
    const cost = countText(
      `
      %a = f32[10]{0} parameter(0)
      %i = s32[] parameter(1)
      ROOT %choice = f32[10]{0} conditional(%i, %a, %a), branch_computations={%small, %large}`,
      `%small (x: f32[10]) -> f32[10] {
  %x = f32[10]{0} parameter(0)
  %s = f32[1]{0} slice(%x), slice={[0:1]}
  ROOT %b = f32[10]{0:S(1)} broadcast(%s), dimensions={}
}

%large (y: f32[10]) -> f32[10] {
  %y = f32[10]{0} parameter(0)
  ROOT %n = f32[10]{0} negate(%y)
}`,
    );
    expect(lines(cost)).toEqual(["negate n, reads 40 hbm, writes 40 hbm"]);
  });

  test("several operations started together are counted like a call", () => {
    const cost = countText(
      `
      %a = f32[10]{0} parameter(0)
      %s = ((f32[10]{0}), f32[10]{0}, s32[]) async-start(%a), calls=%both
      ROOT %d = f32[10]{0} async-done(%s)`,
      `%both (x: f32[10]) -> f32[10] {
  %x = f32[10]{0} parameter(0)
  %n = f32[10]{0:S(1)} negate(%x)
  ROOT %e = f32[10]{0} exponential(%n)
}`,
    );
    expect(lines(cost)).toEqual([
      "negate n, reads 40 hbm, writes 40 chip",
      "exponential e, reads 40 chip, writes 40 hbm",
    ]);
  });
});

describe("where an instruction comes from", () => {
  const paths = (entry: string, computations = "") =>
    Object.fromEntries(countText(entry, computations).instructions.map(({ name, path }) => [name, path]));

  test("its own name; a fusion's is its root's; what fetches ahead belongs to what uses it", () => {
    expect(
      paths(
        `
        %w = f32[10]{0} parameter(0)
        %c = (f32[10]{0:S(1)}, f32[10]{0}, u32[]{:S(2)}) copy-start(%w)
        %d = f32[10]{0:S(1)} copy-done(%c)
        %f = f32[10]{0} fusion(%d), kind=kLoop, calls=%inside
        %g = f32[10]{0} negate(%f), metadata={op_type="neg" op_name="jit(f)/a \\"b\\"/neg" source_line=3}
        %h = f32[10]{0} negate(%g), metadata={source_file="/models/net.py" source_line=17}
        ROOT %i = f32[10]{0} negate(%h)`,
        `%inside (x: f32[10]) -> f32[10] {
  %x = f32[10]{0} parameter(0)
  ROOT %m = f32[10]{0} multiply(%x, %x), metadata={op_name="jit(f)/block/mul"}
}`,
      ),
    ).toEqual({ c: "jit(f)/block/mul", f: "jit(f)/block/mul", g: 'jit(f)/a "b"/neg', h: "net.py:17", i: "" });
  });

  test.each([
    ["layers.2/layers/mlp_block/gate_proj", "layers.2/mlp_block/gate_proj"],
    ["layers.2/layers", "layers.2"],
    ["Dense_0/Dense", "Dense_0"],
    ["layers/layers/mul", "layers/layers/mul"],
    ["layers.2/mlp_block/layers", "layers.2/mlp_block/layers"],
  ])("of layers that share a function by calls, %s is %s", (name, path) => {
    const text = `%a = f32[10]{0} parameter(0)
      ROOT %n = f32[10]{0} negate(%a), metadata={op_name="${name}"}`;
    expect(paths(text)).toEqual({ n: path });
  });
});
