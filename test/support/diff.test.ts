import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffLines, formatDiff } from "../../src/support/diff.js";

describe("formatDiff", () => {
  it("shows removed and added lines with context, and dots for what is left out", () => {
    const before = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    const after = ["a", "b", "c", "d", "E", "f", "g", "h", "i"];
    expect(formatDiff(before.join("\n"), after.join("\n"), 2)).toEqual([
      "...",
      "  c",
      "  d",
      "- e",
      "+ E",
      "  f",
      "  g",
      "...",
    ]);
  });

  it("is empty for equal texts", () => {
    expect(formatDiff("a\nb", "a\nb")).toEqual([]);
  });
});

describe("diffLines", () => {
  const text = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 12 });

  it("holds both texts", () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = diffLines(before, after);
        const without = (kind: string) => lines.filter((line) => line.kind !== kind).map((line) => line.text);
        expect(without("+")).toEqual(before);
        expect(without("-")).toEqual(after);
      }),
    );
  });

  it("changes no more lines than the longest common subsequence forces", () => {
    const common = (a: readonly string[], b: readonly string[]): number => {
      if (a.length === 0 || b.length === 0) return 0;
      if (a[0] === b[0]) return 1 + common(a.slice(1), b.slice(1));
      return Math.max(common(a.slice(1), b), common(a, b.slice(1)));
    };
    const short = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 6 });
    fc.assert(
      fc.property(short, short, (before, after) => {
        const kept = diffLines(before, after).filter((line) => line.kind === " ");
        expect(kept.length).toBe(common(before, after));
      }),
    );
  });

  it("shows texts that differ in thousands of lines one after the other", () => {
    const before = Array.from({ length: 1500 }, (_, i) => `before ${i}`);
    const after = Array.from({ length: 1500 }, (_, i) => `after ${i}`);
    const kinds = diffLines(before, after).map((line) => line.kind);
    expect(kinds.join("")).toBe("-".repeat(1500) + "+".repeat(1500));
  });
});
