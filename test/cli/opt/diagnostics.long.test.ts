import { describe, expect, it } from "vitest";
import { identity, useOpt, wrong } from "./run.js";

const { file, opt } = useOpt();

describe("griffin opt --verify-diagnostics", () => {
  const verify = (...sections: readonly string[]) =>
    opt(file("a.mlir", sections.join("// -----\n")), "--split-input-file", "--verify-diagnostics");

  const expecting = (comment: string): string => wrong.replace("  %0", `  // ${comment}\n  %0`);

  it("accepts a program that gives the error it asks for, and one that asks for none", async () => {
    expect(await verify(expecting("expected-error@+1 {{do not match}}"), identity)).toEqual({
      out: "2 programs, 0 problems\n",
      err: "",
      code: 0,
    });
  });

  it("takes regular expressions in expected-error-re", async () => {
    expect((await verify(expecting("expected-error-re@below {{tensor<{{[34]}}xf32>}}"))).code).toBe(0);
  });

  it("says which regular expression is none", async () => {
    expect(await verify(expecting("expected-error-re@below {{tensor<{{(3}}xf32>}}"))).toEqual({
      out: "",
      err: [
        "usage error: expected-error-re is not valid",
        "  expected: regular expressions in inner braces",
        "  got:      Invalid regular expression: /tensor<(?:(3)xf32>/: Unterminated group",
        "  at:       a.mlir:2:6",
        "",
      ].join("\n"),
      code: 2,
    });
  });

  it("complains about errors that nobody asked for", async () => {
    const { out, err, code } = await verify(identity, wrong);
    expect({ out, code }).toEqual({ out: "2 programs, 1 problems\n", code: 1 });
    expect(err).toContain("a.mlir:8: unexpected verify error: stablehlo.add");
  });

  it("complains about errors that do not come", async () => {
    expect(await verify(`// expected-error@+2 {{too long}}\n${identity}`)).toEqual({
      out: "1 programs, 1 problems\n",
      err: 'a.mlir:3: expected error "too long" did not come\n',
      code: 1,
    });
  });

  it("complains about an error on another line, or with other words", async () => {
    const { err: otherLine } = await verify(expecting("expected-error@+2 {{do not match}}"));
    expect(otherLine).toContain("a.mlir:3: unexpected verify error");
    expect(otherLine).toContain('a.mlir:4: expected error "do not match" did not come');
    const { err: otherWords } = await verify(expecting("expected-error@+1 {{same colour}}"));
    expect(otherWords).toContain('a.mlir:3: expected error "same colour" did not come');
  });
});
