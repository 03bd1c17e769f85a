import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countModule, HloError, moduleFromText } from "../../src/cost/index.js";
import { errorText } from "./hlo-error.js";
import { nested, VALID } from "./whole-modules.js";
import { tries } from "../../tools/vitest/properties.js";

const count = (text: string) => countModule(moduleFromText(text, "f.txt"));

/** Milliseconds of the processor, which other work on the machine does not lengthen. */
const cpuMs = (start: NodeJS.CpuUsage): number => process.cpuUsage(start).user / 1000;

/** What is refused: VALID with one text replaced. */
const replaced = (from: string | RegExp, to: string): string => {
  const text = VALID.replace(from, to);
  expect(text).not.toBe(VALID);
  return text;
};

/** VALID with a convolution in place of its dot. */
const convolved = (window: string): string =>
  replaced(
    /%product = .*/,
    `%left = f32[1,4,1]{2,1,0} bitcast(%update)
  %kernel = f32[4,1,1]{2,1,0} bitcast(%c)
  %product = f32[1,4,1]{2,1,0} convolution(%left, %kernel), window={${window}}, dim_labels=b0f_0io->b0f`,
  );

describe("a graph of HLO is checked before it is counted", () => {
  test("one without faults is counted", () => {
    expect(count(VALID).instructions.map(({ name, times }) => `${name} x ${times}`)).toEqual([
      "go x 11",
      "next x 10",
      "w x 10",
      "start x 1",
      "sum x 2",
      "update x 1",
      "product x 1",
      "r x 1",
    ]);
  });

  test.each(["constructor", "toString", "valueOf"])("an opcode %s is one like others", (opcode) => {
    const text = replaced("bitcast(%c)", `${opcode}(%c)`);
    expect(count(text).instructions.map((cost) => cost.opcode)).toContain(opcode);
  });

  test.each([
    [
      "a module without a name",
      () => replaced("HloModule valid", "HloModule ,"),
      errorText(
        "HLO module without a name",
        "HloModule name, ...",
        "HloModule ,",
        "f.txt",
        "write a name after HloModule",
      ),
    ],
    [
      "an instruction twice",
      () => replaced("%sum = f32[4]{0} add(%x, %x)", "%x = f32[4]{0} add(%x, %x)"),
      errorText(
        "instruction x is there twice",
        "names that differ",
        "x",
        "f.txt:5",
        "one of the two would not be counted: rename it",
      ),
    ],
    [
      "a computation twice",
      () => replaced("%sliced (", "%twice ("),
      errorText(
        "computation twice is there twice",
        "names that differ",
        "twice",
        "f.txt:8",
        "one of the two would not be counted: rename it",
      ),
    ],
    [
      "two roots",
      () => replaced("  %x = f32[4]{0} parameter", "  ROOT %x = f32[4]{0} parameter"),
      errorText(
        "HLO text with two ROOTs",
        "one ROOT",
        "x and sum",
        "f.txt:5",
        "only one of them would be counted: remove the other",
      ),
    ],
    [
      "two entries",
      () => replaced("%twice (", "ENTRY %twice ("),
      errorText(
        "HLO text with two ENTRYs",
        "one ENTRY",
        "twice and main",
        "f.txt:30",
        "only one of them would be counted: remove the other",
      ),
    ],
    [
      "a computation without instructions",
      () => replaced("HloModule valid\n", "HloModule valid\n\n%none {\n}\n"),
      errorText("computation none has no root", "an instruction that is its result", "none", "f.txt"),
    ],
    [
      "an operand after its user",
      () => replaced("bitcast(%c)", "bitcast(%bits)"),
      errorText("bits reads bits, which comes after it", "operands before their users", "bits", "f.txt:41"),
    ],
    [
      "parameters with a gap",
      () => replaced("%k = s32[] parameter(1)", "%k = s32[] parameter(2)"),
      errorText("parameters of main are not numbered in a row", "parameter(1)", "2", "f.txt:32"),
    ],
    [
      "a recursive computation",
      () => replaced("ROOT %sum = f32[4]{0} add(%x, %x)", "ROOT %sum = f32[4]{0} call(%x), to_apply=%twice"),
      errorText(
        "computation twice calls itself",
        "calls that end",
        "twice -> twice",
        "f.txt",
        "HLO has no recursion: write a while",
      ),
    ],
    [
      "calls that go round",
      () =>
        replaced("slice(%y), slice={[0:2]}", "call(%y), to_apply=%twice").replace(
          "add(%x, %x)",
          "call(%x), to_apply=%sliced",
        ),
      errorText(
        "computation twice calls itself",
        "calls that end",
        "twice -> sliced -> twice",
        "f.txt",
        "HLO has no recursion: write a while",
      ),
    ],
    [
      "calls that double forty times",
      () => nested(40, 2),
      errorText("calls in c18 expand to too many instructions", "at most 1000000", "1572861", "f.txt"),
    ],
    [
      "calls that are nested 2000 times",
      () => nested(2000, 1),
      errorText("calls in c100 are nested too deeply", "at most 100", "101", "f.txt"),
    ],
    [
      "a thousand and one copies in a row",
      () =>
        replaced(
          "bitcast(%c)",
          `copy(%c)\n${Array.from({ length: 1000 }, (_, i) => `  %k${i} = f32[4]{0} copy(%${i === 0 ? "bits" : `k${i - 1}`})`).join("\n")}`,
        ),
      errorText(
        "k999 ends a row of too many copies, bitcasts and reshapes",
        "at most 1000",
        "1001",
        "f.txt:1041",
      ),
    ],
    [
      "a fusion of nothing",
      () => replaced("kind=kLoop, calls=%twice\n}", "kind=kLoop\n}"),
      errorText("fusion r has a wrong number of called computations", "1", "0", "f.txt:44"),
    ],
    [
      "a fusion with an operand too many",
      () => replaced("fusion(%update)", "fusion(%update, %c)"),
      errorText("fusion r of twice has a wrong number of operands", "1", "2", "f.txt:44"),
    ],
    [
      "an async-start of nothing",
      () => replaced(", calls=%sliced", ""),
      errorText("async-start start has a wrong number of called computations", "1", "0", "f.txt:37"),
    ],
    [
      "a start without a result",
      () =>
        replaced(
          "((f32[4]{0}), f32[2]{0}, s32[]) async-start(%b), calls=%sliced",
          "((f32[4]{0})) slice-start(%b)",
        ),
      `HLO error: not an HLO instruction\n  expected: %name = shape opcode(operands), attributes\n  got:      %start = ((f32[4]{0})) slice-start(%b)\n  at:       f.txt:37`,
    ],
    [
      "a copy-start without a result",
      () => replaced("((f32[4]{0}), f32[2]{0}, s32[]) async-start(%b), calls=%sliced", "() copy-start(%b)"),
      errorText("copy-start start has no result", "a tuple of target, source and state", "()", "f.txt:37"),
    ],
    [
      "a loop without a condition",
      () => replaced("condition=%condition, ", ""),
      errorText("while loop has a wrong number of called computations", "2", "1", "f.txt:35"),
    ],
    [
      "a loop that carries less than its body",
      () => replaced("(s32[], f32[4]{0}) tuple(%zero, %a)", "(s32[]) tuple(%zero)"),
      errorText("while loop carries tuples of different sizes", "1 parts everywhere", "none", "f.txt:35"),
    ],
    [
      "a conditional without branches",
      () => replaced(", branch_computations={%twice, %twice}", ""),
      errorText("conditional choice has a wrong number of called computations", "1 or more", "0", "f.txt:39"),
    ],
    [
      "an addition of one",
      () => replaced("add(%j, %one)", "add(%j)"),
      errorText("add next has a wrong number of operands", "2", "1", "f.txt:18"),
    ],
    [
      "a tuple that is not what its shape says",
      () => replaced("tuple(%next, %w)", "tuple(%next)"),
      errorText("tuple t and its shape differ", "an operand for each part", "1 operands", "f.txt:20"),
    ],
    [
      "an element that a tuple does not have",
      () => replaced("get-tuple-element(%loop), index=1", "get-tuple-element(%loop), index=2"),
      errorText("b takes no element of a tuple", "index of a part of its operand", "2", "f.txt:36"),
    ],
    [
      "a scatter of two arrays and an update",
      () => replaced("dynamic-update-slice(%bits, %done, %k)", "scatter(%bits, %c, %k, %done)"),
      errorText(
        "scatter update has arrays and updates that do not pair",
        "an odd number of operands",
        "4",
        "f.txt:42",
      ),
    ],
    [
      "a dot of a tuple",
      () => replaced("dot(%update, %c)", "dot(%loop, %c)"),
      errorText(
        "dot product is not of arrays",
        "two arrays, and an array as its result",
        "a tuple",
        "f.txt:43",
      ),
    ],
    [
      "a dot over a dimension that is not there",
      () => replaced("lhs_contracting_dims={0}", "lhs_contracting_dims={3}"),
      errorText("dot product sums over a dimension that is not there", "below 1", "3", "f.txt:43"),
    ],
    [
      "a convolution over dimensions that are not there",
      () => replaced(/dot\(.*/, "convolution(%update, %c), dim_labels=bf_io->bf"),
      errorText(
        "convolution product names dimensions that are not there",
        "one of its arrays for each label",
        "none",
        "f.txt:43",
      ),
    ],
    [
      "a window without steps",
      () => convolved("size=2 stride=0"),
      errorText(
        "convolution product has a window that is none",
        "whole numbers above 0",
        "2,0,1,1",
        "f.txt:45",
      ),
    ],
    [
      "a padding that is no number",
      () => convolved("size=2 pad=x_1"),
      errorText("convolution product has a padding that is none", "a whole number", "NaN", "f.txt:45"),
    ],
    [
      "a window whose places are no exact numbers",
      () => convolved("size=9007199254740991"),
      errorText(
        "the window of convolution product is too large to be counted",
        "at most 9007199254740991",
        "9007199254741000",
        "f.txt:45",
      ),
    ],
    [
      "a window that would take seconds to count",
      () => convolved("size=5000000").replaceAll("f32[1,4,1]", "f32[1,6000000,1]"),
      errorText(
        "the window of convolution product is too large to be counted",
        "at most 4194304",
        "5000000",
        "f.txt:45",
      ),
    ],
    [
      "a bitcast of two hundred thousand values",
      () => replaced("bitcast(%c)", `bitcast(%c${", %c".repeat(199_999)})`),
      errorText("bitcast bits has a wrong number of operands", "1", "200000", "f.txt:41"),
    ],
    [
      "a fusion that hands on a tuple where an array is taken",
      () => replaced("fusion(%update)", "fusion(%loop)"),
      errorText("fusion r hands x of twice a tuple of another size", "no parts", "2 parts", "f.txt:44"),
    ],
  ])("%s is refused", (_what, text, message) => {
    const written = text();
    const start = process.cpuUsage();
    let got: unknown;
    try {
      count(written);
    } catch (thrown) {
      got = thrown;
    }
    expect(got).toBeInstanceOf(HloError);
    expect((got as HloError).message).toBe(message);
    expect(cpuMs(start)).toBeLessThan(1000);
  });

  test("a window of batches beside one another is counted at once", () => {
    const wide = convolved("size=4294967296").replaceAll("f32[1,4,1]", "f32[1,65536,1]");
    expect(count(wide).instructions.find(({ name }) => name === "product")!.flops).toBe(65536 * 65537);
  });

  test("an async-start of nothing but a tuple stays a call: its parts are others", () => {
    const text = replaced("ROOT %s = f32[2]{0} slice(%y), slice={[0:2]}", "ROOT %s = (f32[4]{0}) tuple(%y)")
      .replace("while(%init)", "while(%early)")
      .replace("%loop =", "%early = (s32[], f32[4]{0}) async-start(%a), calls=%sliced\n  %loop =");
    expect(count(text).unknownLoops).toEqual(["loop"]);
  });

  test("calls nested a hundred times, without paths, are counted", () => {
    const text = nested(100, 1);
    expect(count(text).instructions.map(({ name, times }) => [name, times])).toEqual([["v1", 1]]);
  });

  test("lines dropped, doubled, moved and renamed: an HloError or a count, in less than a second", () => {
    const lines = VALID.split("\n");
    const names = [...new Set(VALID.match(/%\w+/g))];
    const at = fc.nat(lines.length - 1);
    const change = fc.oneof(
      fc.record({ how: fc.constantFrom("drop", "double", "up"), at }),
      fc.record({ how: fc.constant("rename"), at, from: fc.nat(5), to: fc.constantFrom(...names) }),
      fc.record({
        how: fc.constant("number"),
        at,
        from: fc.nat(5),
        to: fc.constantFrom("0", "3", "-1", "99"),
      }),
    );
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const changed = [...lines];
        for (const { how, at, ...names } of changes) {
          const line = changed[at] ?? "";
          if (how === "drop") changed.splice(at, 1);
          else if (how === "double") changed.splice(at, 0, line);
          else if (how === "up") changed.splice(Math.max(0, at - 1), 0, ...changed.splice(at, 1));
          else if ("to" in names) {
            let place = 0;
            const pattern = how === "rename" ? /%\w+/g : /(?<![%\w])\d+/g;
            changed[at] = line.replaceAll(pattern, (old) => (place++ === names.from ? names.to : old));
          }
        }
        const start = process.cpuUsage();
        try {
          count(changed.join("\n"));
        } catch (error) {
          expect(error).toBeInstanceOf(HloError);
        }
        expect(cpuMs(start)).toBeLessThan(1000);
      }),
      tries(2000),
    );
  });
});
