import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { schemaGrammar } from "../../src/grammar/index.js";
import { errorText } from "../weights/files.js";
import { accepting, accepts, regexGrammar } from "./accepted.js";
import { tries } from "../../tools/vitest/properties.js";

const runs = tries(15);

/** Expressions of few letters, one of which takes two bytes and one four. */
const { expression } = fc.letrec<{ expression: string; part: string }>((tie) => ({
  expression: fc.array(tie("part"), { maxLength: 3 }).map((parts) => parts.join("")),
  part: fc.oneof(
    { maxDepth: 3, depthIdentifier: "regex" },
    fc.constantFrom(
      "a",
      "b",
      "é",
      "😀",
      ".",
      "\\d",
      "\\w",
      "\\S",
      "[^a]",
      "[a-c]",
      "[\\dé]",
      "\\u00e9",
      "\\p{Lu}",
    ),
    fc.tuple(tie("expression"), tie("expression")).map(([left, right]) => `(?:${left}|${right})`),
    fc
      .tuple(tie("expression"), fc.constantFrom("*", "+", "?", "{2}", "{1,2}", "{0,1}", "{1,}", "*?"))
      .map(([inner, times]) => `(${inner})${times}`),
  ),
}));

const text = fc
  .array(fc.constantFrom("a", "b", "é", "😀", "1", "Z", "\n"), { maxLength: 4 })
  .map((all) => all.join(""));

describe("a regular expression as a format", () => {
  it("has the texts that the language's own engine matches as a whole", () => {
    fc.assert(
      fc.property(expression, fc.array(text, { minLength: 8, maxLength: 8 }), (source, texts) => {
        const isOfFormat = accepting(regexGrammar(`${source}|Z1`));
        const engine = new RegExp(`^(?:${source}|Z1)$`, "u");
        for (const each of [...texts, "Z1"])
          expect([each, isOfFormat(each)]).toEqual([each, engine.test(each)]);
      }),
      runs,
    );
  });

  it("finds something in a string of a schema, as patterns do", () => {
    fc.assert(
      fc.property(
        expression,
        fc.constantFrom("", "^"),
        fc.constantFrom("", "$"),
        fc.array(text, { minLength: 4, maxLength: 4 }),
        (source, start, end, texts) => {
          const pattern = `${start}(?:${source})${end}|Z1`;
          const isOfFormat = accepting(schemaGrammar({ type: "string", pattern }));
          for (const each of [...texts, "Z1"])
            expect([each, isOfFormat(JSON.stringify(each))]).toEqual([
              each,
              new RegExp(pattern, "u").test(each),
            ]);
        },
      ),
      runs,
    );
  });

  it.each([
    ["a literal brace", '{"n": ?\\d{1,3}}', '{"n": 42}', '{"n":  42}'],
    ["anchors at its ends", "^ab$|^c", "ab", "abc"],
    ["a dot, which is no end of a line", "a.b", "a😀b", "a\nb"],
    ["classes with brackets and hyphens", "[\\]\\-x-]+", "]-x", "y"],
    ["escapes", "\\u{1F600}|\\ud83d\\ude01|\\x41\\t", "😁", "😂"],
  ])("knows %s", (_, source, good, bad) => {
    const isOfFormat = accepting(regexGrammar(source));
    expect([isOfFormat(good), isOfFormat(bad)]).toEqual([true, false]);
  });

  it("takes line ends for dots where it is asked to", () => {
    expect(accepts(regexGrammar("a.b", { dotAll: true }), "a\nb")).toBe(true);
  });

  it("may be as long as a list of words", () => {
    const words = Array.from({ length: 10_000 }, (_, i) => `w${i}`);
    const isWord = accepting(regexGrammar(words.join("|")));
    expect([isWord("w9999"), isWord("w10000"), isWord("w")]).toEqual([true, false, false]);
  });

  it.each([
    ["a(?=b)", "a look ahead or behind, at character 2 of /a(?=b)/"],
    ["(a)\\1", "\\1, at character 4 of /(a)\\1/"],
    ["\\bword", "\\b, at character 1 of /\\bword/"],
    ["(?i:a)", "a group with flags, at character 1 of /(?i:a)/"],
    ["(a^b)", "a ^ within the expression, at character 3 of /(a^b)/"],
    ["a$b", "text behind $, at character 3 of /a$b/"],
    ["(ab", "a group that does not end, at character 1 of /(ab/"],
    ["ab)", "a ) that nothing opens, at character 3 of /ab)/"],
    ["[ab", "a class that does not end, at character 1 of /[ab/"],
    ["[z-a]", "a range that is none, at character 2 of /[z-a]/"],
    ["*a", "a repetition of nothing, at character 1 of /*a/"],
    ["a**", "a repetition of a repetition, at character 3 of /a**/"],
    ["a{3,2}", "a repetition from more to less, at character 2 of /a{3,2}/"],
    ["\\p{Klingon}", "a property that is not known: Klingon, at character 1 of /\\p{Klingon}/"],
    ["a\\", "a backslash at the end, at character 2 of /a\\/"],
  ])("that is not one, %s, is refused with its place", async (source, got) => {
    expect(await errorText(() => regexGrammar(source))).toBe(
      [
        "usage error: the regular expression cannot be used",
        "  expected: classes, groups, alternatives and repetition; ^ and $ at the ends of a whole alternative",
        `  got:      ${got}`,
      ].join("\n"),
    );
  });

  it("that asks for too much memory is refused", async () => {
    expect(await errorText(() => regexGrammar("((a{0,1000}){0,1000}){0,1000}"))).toBe(
      [
        "usage error: the format is too large",
        "  expected: an automaton of at most 500000 states",
        "  hint:     smaller numbers in {n,m}, maxLength and maxItems make it smaller",
      ].join("\n"),
    );
  });
});
