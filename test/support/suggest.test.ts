import { describe, expect, it } from "vitest";
import { didYouMean, nearestName, suggestion } from "../../src/support/suggest.js";

const passes = ["canonicalize", "cse", "dce", "fuse-rglru-gates"];

describe("nearestName", () => {
  it.each([
    ["canonicalise", "canonicalize"],
    ["CANONICALIZE", "canonicalize"],
    ["fuse-rglru-gate", "fuse-rglru-gates"],
    ["fuse-rg-lru-gates", "fuse-rglru-gates"],
    ["cze", "cse"],
    ["dec", "dce"],
  ])("%s is a slip of %s", (typed, meant) => {
    expect(nearestName(typed, passes)).toBe(meant);
  });

  it("takes the first of equally near names", () => {
    expect(nearestName("xce", ["dce", "cse"])).toBe("dce");
  });

  it.each(["inline", "fold", ""])("%j is too far from everything", (typed) => {
    expect(nearestName(typed, passes)).toBeUndefined();
  });

  it("finds no slip in a name that shares no letter", () => {
    expect(nearestName("z", ["x", "y"])).toBeUndefined();
    expect(nearestName("X", ["x", "y"])).toBe("x");
  });

  it("finds nothing among nothing", () => {
    expect(nearestName("cse", [])).toBeUndefined();
  });

  it("allows as many slips as a third of the letters typed", () => {
    expect(nearestName("abcdef", ["abcdxy"])).toBe("abcdxy");
    expect(nearestName("abcdef", ["abcxyz"])).toBeUndefined();
  });
});

describe("didYouMean", () => {
  it("tells a slip what was meant, and nothing to what is no slip", () => {
    expect(didYouMean("canonicalise", passes)).toBe("did you mean canonicalize?");
    expect(didYouMean("gvn", passes)).toBeUndefined();
  });
});

describe("suggestion", () => {
  it("is a question when one name is near", () => {
    expect(suggestion("canonicalise", passes)).toBe("did you mean canonicalize?");
  });

  it("lists all names otherwise", () => {
    expect(suggestion("gvn", new Set(passes))).toBe("known: canonicalize, cse, dce, fuse-rglru-gates");
  });
});
