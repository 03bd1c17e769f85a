/** @file For tests: whole modules of HLO. */

/** A loop, a fusion, an async-start, a conditional, a call and a dot: one of each that calls, or is counted by its parts. */
export const VALID = `HloModule valid

%twice (x: f32[4]) -> f32[4] {
  %x = f32[4]{0} parameter(0)
  ROOT %sum = f32[4]{0} add(%x, %x)
}

%sliced (y: f32[4]) -> f32[2] {
  %y = f32[4]{0} parameter(0)
  ROOT %s = f32[2]{0} slice(%y), slice={[0:2]}
}

%body (p: (s32[], f32[4])) -> (s32[], f32[4]) {
  %p = (s32[], f32[4]{0}) parameter(0)
  %j = s32[] get-tuple-element(%p), index=0
  %v = f32[4]{0} get-tuple-element(%p), index=1
  %one = s32[] constant(1)
  %next = s32[] add(%j, %one)
  %w = f32[4]{0} fusion(%v), kind=kLoop, calls=%twice
  ROOT %t = (s32[], f32[4]{0}) tuple(%next, %w)
}

%condition (q: (s32[], f32[4])) -> pred[] {
  %q = (s32[], f32[4]{0}) parameter(0)
  %i = s32[] get-tuple-element(%q), index=0
  %limit = s32[] constant(10)
  ROOT %go = pred[] compare(%i, %limit), direction=LT
}

ENTRY %main (a: f32[4], k: s32[]) -> f32[4] {
  %a = f32[4]{0} parameter(0)
  %k = s32[] parameter(1)
  %zero = s32[] constant(0)
  %init = (s32[], f32[4]{0}) tuple(%zero, %a)
  %loop = (s32[], f32[4]{0}) while(%init), condition=%condition, body=%body
  %b = f32[4]{0} get-tuple-element(%loop), index=1
  %start = ((f32[4]{0}), f32[2]{0}, s32[]) async-start(%b), calls=%sliced
  %done = f32[2]{0} async-done(%start)
  %choice = f32[4]{0} conditional(%k, %b, %b), branch_computations={%twice, %twice}
  %c = f32[4]{0} call(%choice), to_apply=%twice
  %bits = f32[4]{0} bitcast(%c)
  %update = f32[4]{0} dynamic-update-slice(%bits, %done, %k)
  %product = f32[] dot(%update, %c), lhs_contracting_dims={0}, rhs_contracting_dims={0}
  ROOT %r = f32[4]{0} fusion(%update), kind=kLoop, calls=%twice
}
`;

/** `depth` computations, each of which calls the one before it `calls` times. */
export const nested = (depth: number, calls: number): string => {
  const list = Array.from({ length: depth }, (_, i) => {
    const value = (k: number) => (k === 0 ? "%x" : `%v${k}`);
    const lines = Array.from(
      { length: calls },
      (_, k) =>
        `  ${k + 1 === calls ? "ROOT " : ""}${value(k + 1)} = f32[] ${i === 0 ? `negate(${value(k)})` : `call(${value(k)}), to_apply=%c${i - 1}`}`,
    );
    return `${i + 1 === depth ? "ENTRY " : ""}%c${i} (x: f32[]) -> f32[] {\n  %x = f32[] parameter(0)\n${lines.join("\n")}\n}\n`;
  });
  return `HloModule nested\n\n${list.join("\n")}`;
};
