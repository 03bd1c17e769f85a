import { describe, expect, test } from "vitest";
import { countText, lines } from "./hlo.js";

const counted = (entry: string, computations = "") => lines(countText(entry, computations));

describe("instructions of their own", () => {
  test("operands are read and results written, each where it lies", () => {
    expect(
      counted(`
        %a = f32[100]{0} parameter(0)
        %b = f32[100]{0:S(1)} parameter(1)
        %c = f32[100]{0:S(5)} parameter(2)
        %sum = f32[100]{0:S(1)} add(%a, %b)
        ROOT %select = f32[100]{0} select(%b, %c, %sum), backend_config={"window_config":{"estimated_cycles":"12"}}`),
    ).toEqual([
      "add sum, reads 400 hbm, reads 400 chip, writes 400 chip",
      "select select, reads 800 chip, reads 400 host, writes 400 hbm, 12 cycles",
    ]);
  });

  test("an operand that is given twice is read once", () => {
    expect(counted("%a = f32[100]{0} parameter(0)\nROOT %square = f32[100]{0} multiply(%a, %a)")).toEqual([
      "multiply square, reads 400 hbm, writes 400 hbm",
    ]);
  });

  test("names, tuples and reserved memory are free", () => {
    expect(
      counted(`
        %a = f32[100]{0} parameter(0)
        %one = f32[] constant(1)
        %b = f32[10,10]{1,0} bitcast(%a)
        %t = (f32[100]{0}, f32[10,10]{1,0}) tuple(%a, %b)
        %e = f32[100]{0} get-tuple-element(%t), index=0
        %room = f32[100]{0} custom-call(), custom_call_target="AllocateBuffer"
        %whole = f32[200]{0} custom-call(%e, %room), custom_call_target="ConcatBitcast"
        %guard = f32[200]{0} opt-barrier(%whole)
        ROOT %all = token[] after-all()`),
    ).toEqual([]);
  });

  test("kernels read their operands and write their results", () => {
    expect(
      counted(`
        %a = f32[100]{0} parameter(0)
        ROOT %k = (f32[100]{0}, f32[1]{0:S(1)}) custom-call(%a), custom_call_target="tpu_custom_call"`),
    ).toEqual(["custom-call k, reads 400 hbm, writes 400 hbm, writes 4 chip"]);
  });

  test("slices and gathers read what comes out, from where it lay", () => {
    expect(
      counted(`
        %a = f32[100,10]{1,0} parameter(0)
        %i = s32[] parameter(1)
        %rows = s32[3,1]{1,0} parameter(2)
        %s = f32[2,10]{1,0:S(1)} slice(%a), slice={[0:2], [0:10]}
        %d = f32[5,10]{1,0:S(1)} dynamic-slice(%a, %i, %i), dynamic_slice_sizes={5,10}
        ROOT %g = f32[3,10]{1,0:S(1)} gather(%a, %rows), offset_dims={1}, collapsed_slice_dims={0}, start_index_map={0}, index_vector_dim=1, slice_sizes={1,10}`),
    ).toEqual([
      "slice s, reads 80 hbm, writes 80 chip",
      "dynamic-slice d, reads 204 hbm, writes 200 chip",
      "gather g, reads 132 hbm, writes 120 chip",
    ]);
  });

  test("updates happen in place: only they are read and written", () => {
    expect(
      counted(
        `
        %a = f32[100,10]{1,0} parameter(0)
        %u = f32[1,10]{1,0:S(1)} parameter(1)
        %i = s32[] parameter(2)
        %rows = s32[1,1]{1,0} parameter(3)
        %d = f32[100,10]{1,0} dynamic-update-slice(%a, %u, %i, %i)
        ROOT %s = f32[100,10]{1,0} scatter(%d, %rows, %u), update_window_dims={1}, to_apply=%add`,
        `%add (l: f32[], r: f32[]) -> f32[] {
  %l = f32[] parameter(0)
  %r = f32[] parameter(1)
  ROOT %sum = f32[] add(%l, %r)
}`,
      ),
    ).toEqual([
      "dynamic-update-slice d, reads 4 hbm, reads 40 chip, writes 40 hbm",
      "scatter s, reads 44 hbm, reads 40 chip, writes 40 hbm",
    ]);
  });

  test("what runs beside the rest is counted where it starts, once", () => {
    expect(
      counted(
        `
        %a = f32[100,10]{1,0} parameter(0)
        %c = (f32[100,10]{1,0:S(1)}, f32[100,10]{1,0}, u32[]{:S(2)}) copy-start(%a)
        %cd = f32[100,10]{1,0:S(1)} copy-done(%c)
        %s = ((f32[100,10]{1,0}), f32[30,10]{1,0:S(1)}, s32[]{:S(2)}) slice-start(%a), slice={[0:30], [0:10]}
        %sd = f32[30,10]{1,0:S(1)} slice-done(%s)
        %n = ((f32[100,10]{1,0:S(1)}), f32[100,10]{1,0}, s32[]{:S(2)}) async-start(%cd), calls=%negated
        %nu = ((f32[100,10]{1,0:S(1)}), f32[100,10]{1,0}, s32[]{:S(2)}) async-update(%n)
        %nd = f32[100,10]{1,0} async-done(%nu)
        %g = (f32[100,10]{1,0}, f32[400,10]{1,0}) all-gather-start(%a), dimensions={0}
        ROOT %gd = f32[400,10]{1,0} all-gather-done(%g)`,
        `%negated (x: f32[100,10]) -> f32[100,10] {
  %x = f32[100,10]{1,0:S(1)} parameter(0)
  ROOT %y = f32[100,10]{1,0} negate(%x)
}`,
      ),
    ).toEqual([
      "async copy-start c, reads 4000 hbm, writes 4000 chip",
      "async slice s, reads 1200 hbm, writes 1200 chip",
      "async negate n, reads 4000 chip, writes 4000 hbm",
      "async all-gather-start g, reads 4000 hbm, writes 16000 hbm",
    ]);
  });
});

describe("fusions", () => {
  test("operands are read once and results written once, whatever happens inside", () => {
    expect(
      counted(
        `
        %a = f32[100]{0} parameter(0)
        %b = f32[100]{0:S(1)} parameter(1)
        ROOT %f = (f32[100]{0}, f32[100]{0:S(1)}) fusion(%a, %b), kind=kLoop, calls=%inside, backend_config={"window_config":{"estimated_cycles":"33"}}`,
        `%inside (x: f32[100], y: f32[100]) -> (f32[100], f32[100]) {
  %x = f32[100]{0} parameter(0)
  %y = f32[100]{0:S(1)} parameter(1)
  %m = f32[100]{0} multiply(%x, %y)
  %n = f32[100]{0:S(1)} add(%m, %x)
  ROOT %t = (f32[100]{0}, f32[100]{0:S(1)}) tuple(%m, %n)
}`,
      ),
    ).toEqual(["fusion f, reads 400 hbm, reads 400 chip, writes 400 hbm, writes 400 chip, 33 cycles"]);
  });

  test("of an operand that is only sliced, the slices are read; all of one that is used whole too", () => {
    expect(
      counted(
        `
        %a = f32[100,10]{1,0} parameter(0)
        %b = f32[100,10]{1,0:S(1)} parameter(1)
        %i = s32[] parameter(2)
        ROOT %f = f32[1,10]{1,0} fusion(%a, %b, %i), kind=kLoop, calls=%inside`,
        `%inside (x: f32[100,10], y: f32[100,10], j: s32[]) -> f32[1,10] {
  %x = f32[100,10]{1,0} parameter(0)
  %y = f32[100,10]{1,0:S(1)} parameter(1)
  %j = s32[] parameter(2)
  %flat = f32[1000]{0} bitcast(%x)
  %s = f32[10]{0} slice(%flat), slice={[0:10]}
  %d = f32[1,10]{1,0} dynamic-slice(%x, %j, %j), dynamic_slice_sizes={1,10}
  %e = f32[1,10]{1,0} dynamic-slice(%y, %j, %j), dynamic_slice_sizes={1,10}
  %n = f32[100,10]{1,0} negate(%y)
  %o = f32[1,10]{1,0} slice(%n), slice={[0:1], [0:10]}
  %r = f32[1,10]{1,0} bitcast(%s)
  %p = f32[1,10]{1,0} add(%d, %r)
  %q = f32[1,10]{1,0} add(%e, %o)
  ROOT %z = f32[1,10]{1,0} add(%p, %q)
}`,
      ),
    ).toEqual(["fusion f, reads 84 hbm, reads 4000 chip, writes 40 hbm"]);
  });

  test("many slices of an operand are at most all of it", () => {
    expect(
      counted(
        `
        %a = f32[10]{0} parameter(0)
        ROOT %f = f32[8]{0} fusion(%a), kind=kLoop, calls=%inside`,
        `%inside (x: f32[10]) -> f32[8] {
  %x = f32[10]{0} parameter(0)
  %s = f32[8]{0} slice(%x), slice={[0:8]}
  %t = f32[8]{0} slice(%x), slice={[2:10]}
  ROOT %z = f32[8]{0} add(%s, %t)
}`,
      ),
    ).toEqual(["fusion f, reads 40 hbm, writes 32 hbm"]);
  });

  const updating = `%inside (x: f32[100,10], u: f32[1,10], j: s32[]) -> f32[100,10] {
  %x = f32[100,10]{1,0} parameter(0)
  %u = f32[1,10]{1,0:S(1)} parameter(1)
  %j = s32[] parameter(2)
  %v = f32[1,10]{1,0} negate(%u)
  ROOT %d = f32[100,10]{1,0} dynamic-update-slice(%x, %v, %j, %j)
}`;
  const update = `
    %a = f32[100,10]{1,0} parameter(0)
    %b = f32[1,10]{1,0:S(1)} parameter(1)
    %i = s32[] parameter(2)
    ROOT %f = f32[100,10]{1,0} fusion(%a, %b, %i), kind=kLoop, calls=%inside`;

  test("an operand that is updated in place is not read, and only the update is written", () => {
    expect(counted(update, updating)).toEqual(["fusion f, reads 4 hbm, reads 40 chip, writes 40 hbm"]);
  });

  test("an update inside a fusion inside, beside another result", () => {
    const nested = `${updating}

%outside (x: f32[100,10], u: f32[1,10], j: s32[]) -> (f32[100,10], f32[1,10]) {
  %x2 = f32[100,10]{1,0} parameter(0)
  %u2 = f32[1,10]{1,0:S(1)} parameter(1)
  %j2 = s32[] parameter(2)
  %g = f32[100,10]{1,0} fusion(%x2, %u2, %j2), kind=kLoop, calls=%inside
  %h = f32[1,10]{1,0} negate(%u2)
  ROOT %t = (f32[100,10]{1,0}, f32[1,10]{1,0}) tuple(%g, %h)
}`;
    const entry = `
    %a = f32[100,10]{1,0} parameter(0)
    %b = f32[1,10]{1,0:S(1)} parameter(1)
    %i = s32[] parameter(2)
    ROOT %f = (f32[100,10]{1,0}, f32[1,10]{1,0}) fusion(%a, %b, %i), kind=kLoop, calls=%outside`;
    expect(counted(entry, nested)).toEqual(["fusion f, reads 4 hbm, reads 40 chip, writes 80 hbm"]);
  });

  test("a scatter into an operand is in place too, and reads what it combines with", () => {
    const scattering = `%add (l: f32[], r: f32[]) -> f32[] {
  %l = f32[] parameter(0)
  %r = f32[] parameter(1)
  ROOT %sum = f32[] add(%l, %r)
}

%inside (x: f32[100,10], u: f32[1,10], j: s32[]) -> f32[100,10] {
  %x = f32[100,10]{1,0} parameter(0)
  %u = f32[1,10]{1,0:S(1)} parameter(1)
  %j = s32[] parameter(2)
  %rows = s32[1]{0} reshape(%j)
  ROOT %d = f32[100,10]{1,0} scatter(%x, %rows, %u), to_apply=%add
}`;
    expect(counted(update, scattering)).toEqual(["fusion f, reads 44 hbm, reads 40 chip, writes 40 hbm"]);
  });

  const scatteringTwo = `%both (a: f32[], b: f32[], c: f32[], d: f32[]) -> (f32[], f32[]) {
  %a0 = f32[] parameter(0)
  %b0 = f32[] parameter(1)
  %c0 = f32[] parameter(2)
  %d0 = f32[] parameter(3)
  %ac = f32[] add(%a0, %c0)
  %bd = f32[] add(%b0, %d0)
  ROOT %two = (f32[], f32[]) tuple(%ac, %bd)
}

%inside (x: f32[100,10], y: f32[100], u: f32[1,10], v: f32[1], j: s32[]) -> (f32[100,10], f32[100]) {
  %x = f32[100,10]{1,0} parameter(0)
  %y = f32[100]{0} parameter(1)
  %u = f32[1,10]{1,0} parameter(2)
  %v = f32[1]{0} parameter(3)
  %j = s32[] parameter(4)
  %rows = s32[1]{0} reshape(%j)
  ROOT %s = (f32[100,10]{1,0}, f32[100]{0}) scatter(%x, %y, %rows, %u, %v), to_apply=%both
}`;
  const updateTwo = `
    %x1 = f32[100,10]{1,0} parameter(0)
    %y1 = f32[100]{0} parameter(1)
    %u1 = f32[1,10]{1,0:S(1)} parameter(2)
    %v1 = f32[1]{0:S(1)} parameter(3)
    %i = s32[] parameter(4)
    ROOT %f = (f32[100,10]{1,0}, f32[100]{0}) fusion(%x1, %y1, %u1, %v1, %i), kind=kLoop, calls=%inside`;

  test("a scatter into two arrays updates each by its own", () => {
    expect(counted(updateTwo, scatteringTwo)).toEqual([
      "fusion f, reads 48 hbm, reads 44 chip, writes 44 hbm",
    ]);
  });

  test("so it does where its results come by their elements, in another order", () => {
    const swapped = scatteringTwo
      .replace("-> (f32[100,10], f32[100]) {", "-> (f32[100], f32[100,10]) {")
      .replace("ROOT %s =", "%s =")
      .replace(
        "to_apply=%both\n",
        `to_apply=%both
  %first = f32[100,10]{1,0} get-tuple-element(%s), index=0
  %second = f32[100]{0} get-tuple-element(%s), index=1
  ROOT %t = (f32[100]{0}, f32[100,10]{1,0}) tuple(%second, %first)
`,
      );
    const entry = updateTwo.replace("(f32[100,10]{1,0}, f32[100]{0})", "(f32[100]{0}, f32[100,10]{1,0})");
    expect(counted(entry, swapped)).toEqual(["fusion f, reads 48 hbm, reads 44 chip, writes 44 hbm"]);
  });

  test("what a fusion inside updates is in place only if it came from outside", () => {
    const nested = `${updating}

%outside (x: f32[100,10], u: f32[1,10], j: s32[]) -> f32[100,10] {
  %x2 = f32[100,10]{1,0} parameter(0)
  %u2 = f32[1,10]{1,0:S(1)} parameter(1)
  %j2 = s32[] parameter(2)
  %w = f32[100,10]{1,0} negate(%x2)
  ROOT %g = f32[100,10]{1,0} fusion(%w, %u2, %j2), kind=kLoop, calls=%inside
}`;
    expect(counted(update.replace("calls=%inside", "calls=%outside"), nested)).toEqual([
      "fusion f, reads 4004 hbm, reads 40 chip, writes 4000 hbm",
    ]);
  });

  test("what is made inside and updated comes out whole", () => {
    const made = updating
      .replace("dynamic-update-slice(%x, %v, %j, %j)", "dynamic-update-slice(%w, %v, %j, %j)")
      .replace("  ROOT", "  %w = f32[100,10]{1,0} negate(%x)\n  ROOT");
    expect(counted(update, made)).toEqual(["fusion f, reads 4004 hbm, reads 40 chip, writes 4000 hbm"]);
  });

  test("an update whose result is used further is no update in place", () => {
    const used = updating.replace(/ROOT %d = (.*)/, "%d = $1\n  ROOT %z = f32[100,10]{1,0} negate(%d)");
    expect(counted(update, used)).toEqual(["fusion f, reads 4004 hbm, reads 40 chip, writes 4000 hbm"]);
  });
});
