import { describe, expect, test } from "vitest";
import { countText, lines } from "./hlo.js";

/** A loop whose body adds to a counter and doubles an array of 1000 bytes. */
const loop = ({
  condition = "ROOT %go = pred[] compare(%i, %limit), direction=LT",
  limit = "constant(10)",
  start = "constant(0)",
  next = "add(%j, %step)",
  step = "constant(1)",
  config = "",
}) => ({
  computations: `
%body (p: (s32[], f32[250])) -> (s32[], f32[250]) {
  %p = (s32[], f32[250]{0}) parameter(0)
  %j = s32[] get-tuple-element(%p), index=0
  %x = f32[250]{0} get-tuple-element(%p), index=1
  %step = s32[] ${step}
  %next = s32[] ${next}
  %double = f32[250]{0} add(%x, %x), backend_config={"window_config":{"estimated_cycles":"7"}}
  ROOT %t = (s32[], f32[250]{0}) tuple(%next, %double)
}

%condition (q: (s32[], f32[250])) -> pred[] {
  %q = (s32[], f32[250]{0}) parameter(0)
  %i = s32[] get-tuple-element(%q), index=0
  %limit = s32[] ${limit}
  ${condition}
}
`,
  entry: `
%x0 = f32[250]{0} parameter(0)
%start = s32[] ${start}
%init = (s32[], f32[250]{0}) tuple(%start, %x0)
ROOT %loop = (s32[], f32[250]{0}) while(%init), condition=%condition, body=%body${config}`,
});

/** Turns by what the body's addition is counted; and which loops were not understood. */
function turns(parts: Parameters<typeof loop>[0]): readonly [number, readonly string[]] {
  const { entry, computations } = loop(parts);
  const { instructions, unknownLoops } = countText(entry, computations);
  return [instructions.find(({ name }) => name === "double")!.times, unknownLoops];
}

describe("turns of a loop", () => {
  test("everything in it is counted by them, the condition once more", () => {
    const { entry, computations } = loop({});
    expect(lines(countText(entry, computations))).toEqual([
      "compare go x 11, reads 88 hbm, writes 11 hbm",
      "add next x 10, reads 80 hbm, writes 40 hbm",
      "add double x 10, reads 10000 hbm, writes 10000 hbm, 70 cycles",
    ]);
  });

  test.each([
    ["below a constant", {}, 10],
    ["up to it", { condition: "ROOT %go = pred[] compare(%i, %limit), direction=LE" }, 11],
    ["until it is reached", { condition: "ROOT %go = pred[] compare(%i, %limit), direction=NE" }, 10],
    ["the constant on the left", { condition: "ROOT %go = pred[] compare(%limit, %i), direction=GT" }, 10],
    ["from another start", { start: "constant(4)" }, 6],
    ["in larger steps", { step: "constant(3)" }, 4],
    [
      "downwards",
      {
        start: "constant(9)",
        step: "constant(-1)",
        limit: "constant(0)",
        condition: "ROOT %go = pred[] compare(%i, %limit), direction=GE",
      },
      10,
    ],
    ["never", { limit: "constant(0)" }, 0],
    [
      "by what the compiler noted, whatever is compared",
      {
        config: ', backend_config={"known_trip_count":{"n":"23"}}',
      },
      23,
    ],
    ["by a copy of the counter", { next: "add(%c, %step)", step: "constant(1)\n  %c = s32[] copy(%j)" }, 10],
  ])("%s", (_what, parts, expected) => {
    expect(turns(parts)).toEqual([expected, []]);
  });

  test.each([
    ["a bound that depends on data", { limit: "negate(%i)" }],
    [
      "a condition of two parts",
      { condition: "%a = pred[] compare(%i, %limit), direction=LT\n  ROOT %go = pred[] and(%a, %a)" },
    ],
    ["a counter that is multiplied", { next: "multiply(%j, %step)" }],
    ["a start that depends on data", { start: "parameter(1)" }],
    ["steps away from the bound", { step: "constant(-1)" }],
    ["no steps", { step: "constant(0)" }],
    [
      "steps over a bound that must be met",
      { step: "constant(3)", condition: "ROOT %go = pred[] compare(%i, %limit), direction=NE" },
    ],
    [
      "steps away from a bound that must be met",
      { step: "constant(-1)", condition: "ROOT %go = pred[] compare(%i, %limit), direction=NE" },
    ],
    [
      "a comparison of no direction",
      { condition: "ROOT %go = pred[] compare(%i, %limit), direction=toString" },
    ],
  ])("%s: not known, counted as one turn and said so", (_what, parts) => {
    expect(turns(parts)).toEqual([1, ["loop"]]);
  });

  test("what is compared is a part of a part of what is carried, whatever its index: not known", () => {
    const computations = `
%body (p: ((s32[], s32[]), s32[])) -> ((s32[], s32[]), s32[]) {
  %p = ((s32[], s32[]), s32[]) parameter(0)
  %inside = (s32[], s32[]) get-tuple-element(%p), index=0
  %j = s32[] get-tuple-element(%p), index=1
  %one = s32[] constant(1)
  %next = s32[] add(%j, %one)
  ROOT %t = ((s32[], s32[]), s32[]) tuple(%inside, %next)
}

%condition (q: ((s32[], s32[]), s32[])) -> pred[] {
  %q = ((s32[], s32[]), s32[]) parameter(0)
  %in = (s32[], s32[]) get-tuple-element(%q), index=0
  %i = s32[] get-tuple-element(%in), index=1
  %limit = s32[] constant(12)
  ROOT %go = pred[] compare(%i, %limit), direction=LT
}
`;
    const entry = `
%start = s32[] constant(0)
%pair = (s32[], s32[]) tuple(%start, %start)
%init = ((s32[], s32[]), s32[]) tuple(%pair, %start)
ROOT %loop = ((s32[], s32[]), s32[]) while(%init), condition=%condition, body=%body`;
    expect(countText(entry, computations).unknownLoops).toEqual(["loop"]);
  });

  test("a condition and a step inside fusions", () => {
    const computations = `
%compared (l: s32[], r: s32[]) -> pred[] {
  %l = s32[] parameter(0)
  %r = s32[] parameter(1)
  ROOT %less = pred[] compare(%l, %r), direction=LT
}

%added (l: s32[]) -> s32[] {
  %l2 = s32[] parameter(0)
  %one = s32[] constant(1)
  ROOT %sum = s32[] add(%l2, %one)
}

%body (p: (s32[])) -> (s32[]) {
  %p = (s32[]) parameter(0)
  %j = s32[] get-tuple-element(%p), index=0
  %next = s32[] fusion(%j), kind=kLoop, calls=%added
  ROOT %t = (s32[]) tuple(%next)
}

%condition (q: (s32[])) -> pred[] {
  %q = (s32[]) parameter(0)
  %i = s32[] get-tuple-element(%q), index=0
  %limit = s32[] constant(12)
  ROOT %go = pred[] fusion(%i, %limit), kind=kLoop, calls=%compared
}
`;
    const entry = `
%start = s32[] constant(0)
%init = (s32[]) tuple(%start)
ROOT %loop = (s32[]) while(%init), condition=%condition, body=%body`;
    expect(lines(countText(entry, computations))).toEqual([
      "fusion go x 13, reads 104 hbm, writes 13 hbm",
      "fusion next x 12, reads 48 hbm, writes 48 hbm",
    ]);
  });
});

describe("loops in loops", () => {
  const computations = `
%inner_body (p: (s32[], f32[25], s32[])) -> (s32[], f32[25], s32[]) {
  %p = (s32[], f32[25]{0}, s32[]) parameter(0)
  %j = s32[] get-tuple-element(%p), index=0
  %x = f32[25]{0} get-tuple-element(%p), index=1
  %bound = s32[] get-tuple-element(%p), index=2
  %one = s32[] constant(1)
  %next = s32[] add(%j, %one)
  %negated = f32[25]{0} negate(%x)
  ROOT %t = (s32[], f32[25]{0}, s32[]) tuple(%next, %negated, %bound)
}

%inner_condition (q: (s32[], f32[25], s32[])) -> pred[] {
  %q = (s32[], f32[25]{0}, s32[]) parameter(0)
  %i = s32[] get-tuple-element(%q), index=0
  %limit = s32[] get-tuple-element(%q), index=2
  ROOT %go = pred[] compare(%i, %limit), direction=LT
}

%outer_body (r: (s32[], f32[25], s32[], s32[])) -> (s32[], f32[25], s32[], s32[]) {
  %r = (s32[], f32[25]{0}, s32[], s32[]) parameter(0)
  %k = s32[] get-tuple-element(%r), index=0
  %y = f32[25]{0} get-tuple-element(%r), index=1
  %carried = s32[] get-tuple-element(%r), index=2
  %zero = s32[] get-tuple-element(%r), index=3
  %first = (s32[], f32[25]{0}, s32[]) tuple(%zero, %y, %carried)
  %inner = (s32[], f32[25]{0}, s32[]) while(%first), condition=%inner_condition, body=%inner_body
  %z = f32[25]{0} get-tuple-element(%inner), index=1
  %two = s32[] constant(2)
  %further = s32[] add(%k, %two)
  ROOT %u = (s32[], f32[25]{0}, s32[], s32[]) tuple(%further, %z, %carried, %zero)
}

%outer_condition (s: (s32[], f32[25], s32[], s32[])) -> pred[] {
  %s = (s32[], f32[25]{0}, s32[], s32[]) parameter(0)
  %m = s32[] get-tuple-element(%s), index=0
  %end = s32[] constant(10)
  ROOT %more = pred[] compare(%m, %end), direction=LT
}
`;
  const entry = `
%x0 = f32[25]{0} parameter(0)
%start = s32[] constant(0)
%seven = s32[] constant(7)
%init = (s32[], f32[25]{0}, s32[], s32[]) tuple(%start, %x0, %seven, %start)
ROOT %outer = (s32[], f32[25]{0}, s32[], s32[]) while(%init), condition=%outer_condition, body=%outer_body`;

  test("turns multiply; bounds are found where the outer loop carries them from its start", () => {
    const cost = countText(entry, computations);
    expect(cost.unknownLoops).toEqual([]);
    expect(lines(cost)).toEqual([
      "compare more x 6, reads 48 hbm, writes 6 hbm",
      "compare go x 40, reads 320 hbm, writes 40 hbm",
      "add next x 35, reads 280 hbm, writes 140 hbm",
      "negate negated x 35, reads 3500 hbm, writes 3500 hbm",
      "add further x 5, reads 40 hbm, writes 20 hbm",
    ]);
  });

  test("a bound that the outer loop changes is not known", () => {
    const changed = computations.replace(
      "tuple(%further, %z, %carried, %zero)",
      "tuple(%further, %z, %further, %zero)",
    );
    const cost = countText(entry, changed);
    expect(cost.unknownLoops).toEqual(["inner"]);
    expect(lines(cost)).toContain("negate negated x 5, reads 500 hbm, writes 500 hbm");
  });
});
