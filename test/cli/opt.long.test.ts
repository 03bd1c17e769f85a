import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { griffin, temporaryFolder } from "./griffin.js";

let folder = "";

beforeEach(async () => {
  folder = await temporaryFolder();
});

/** Writes a file into the test's folder; its path. */
function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Runs `griffin opt`; paths in the test's folder are shown without it, and text ends as it was written. */
async function opt(
  ...args: readonly string[]
): Promise<{ out: string; err: string; code: number | undefined }> {
  const { stdout, stderr, exitCode } = await griffin(["opt", ...args]);
  const shown = (text: string) => (text === "" ? "" : `${text.replaceAll(`${folder}/`, "")}\n`);
  return { out: shown(stdout), err: shown(stderr), code: exitCode };
}

const identity = `module {
  func.func @main(%arg0: tensor<4xf32>) -> tensor<4xf32> {
    return %arg0 : tensor<4xf32>
  }
}
`;

const twice = `func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.negate %x : tensor<4xf32>
  %1 = stablehlo.negate %0 : tensor<4xf32>
  return %1 : tensor<4xf32>
}
`;

const wrong = `func.func @main(%x: tensor<4xf32>, %y: tensor<3xf32>) -> tensor<4xf32> {
  %0 = stablehlo.add %x, %y : (tensor<4xf32>, tensor<3xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
`;

describe("griffin opt", () => {
  it("prints the program after the pipeline", async () => {
    expect(await opt(file("a.mlir", twice), "--pass-pipeline=canonicalize,dce")).toEqual({
      out: identity,
      err: "",
      code: 0,
    });
  });

  it("prints the program as it is without a pipeline, in generic form when asked", async () => {
    const { out, code } = await opt(file("a.mlir", identity), "--emit=generic");
    expect(code).toBe(0);
    expect(out).toBe(`"builtin.module"() ({
  "func.func"() <{function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "main"}> ({
  ^bb0(%arg0: tensor<4xf32>):
    "func.return"(%arg0) : (tensor<4xf32>) -> ()
  }) : () -> ()
}) : () -> ()
`);
  });

  it("writes to the file of -o", async () => {
    const path = join(folder, "out.mlir");
    expect(await opt(file("a.mlir", twice), "--pass-pipeline=canonicalize", "-o", path)).toEqual({
      out: "",
      err: "",
      code: 0,
    });
    expect(readFileSync(path, "utf8")).toBe(identity);
  });

  it("writes files under their names into --out-dir, which it makes, and leaves out those that are wrong", async () => {
    const files = [file("a.mlir", twice), file("b.mlir", wrong), file("c.mlir", identity)];
    const { err, code } = await opt(
      ...files,
      "--pass-pipeline=canonicalize",
      "--out-dir",
      join(folder, "out"),
    );
    expect(code).toBe(1);
    expect(err).toContain("verify error: stablehlo.add");
    expect(err).toContain("at:       b.mlir:2:");
    expect(readdirSync(join(folder, "out"))).toEqual(["a.mlir", "c.mlir"]);
    expect(readFileSync(join(folder, "out", "a.mlir"), "utf8")).toBe(identity);
  });

  it("reads stdin for -", async () => {
    const { stdout } = await griffin(["opt", "-", "--pass-pipeline=canonicalize"], { input: twice });
    expect(`${stdout}\n`).toBe(identity);
  });

  it("takes several programs of one file apart, with the lines of the file in errors", async () => {
    const path = file("a.mlir", `${twice}// -----\n${wrong}// -----\n${identity}`);
    const { out, err, code } = await opt(path, "--split-input-file", "--pass-pipeline=canonicalize");
    expect(out).toBe(`${identity}// -----\n${identity}`);
    expect(err).toContain("at:       a.mlir:8:");
    expect(code).toBe(1);
  });

  it("says what every pass changed", async () => {
    const { err } = await opt(
      file("a.mlir", twice),
      "--pass-pipeline=cse,canonicalize",
      "--print-ir-after-change",
    );
    expect(err).toBe(`// after cse: no change
// after canonicalize
  module {
    func.func @main(%arg0: tensor<4xf32>) -> tensor<4xf32> {
-     %0 = stablehlo.negate %arg0 : tensor<4xf32>
-     %1 = stablehlo.negate %0 : tensor<4xf32>
-     return %1 : tensor<4xf32>
+     return %arg0 : tensor<4xf32>
    }
  }
${"  "}
`);
  });

  it("says what the first pass changed, too", async () => {
    const { err } = await opt(
      file("a.mlir", twice),
      "--pass-pipeline=canonicalize,cse",
      "--print-ir-after-change",
    );
    expect(err).toContain(
      "-     %0 = stablehlo.negate %arg0 : tensor<4xf32>\n-     %1 = stablehlo.negate %0 : tensor<4xf32>\n",
    );
    expect(err).toMatch(/^\/\/ after canonicalize\n[\s\S]*\/\/ after cse: no change\n$/);
  });

  it("prints the program after every pass", async () => {
    const { err } = await opt(
      file("a.mlir", twice),
      "--pass-pipeline=cse,canonicalize",
      "--print-ir-after-all",
    );
    expect(err).toContain("// after cse\nmodule {\n");
    expect(err).toContain(`// after canonicalize\n${identity}`);
  });

  it("says how long passes took and what they did", async () => {
    const { err } = await opt(file("a.mlir", twice), "--pass-pipeline=cse,canonicalize", "--time-passes");
    expect(err.replaceAll(/\d+\.\d+|\d+%/g, "#").replaceAll(/ +/g, " ")).toBe(
      "// a.mlir:1\npass ms share what it did\ncse # # no change\n" +
        "canonicalize # # negate of negate: 1, operations removed: 1\ntotal # #\n",
    );
  });

  it("gives all of it as JSON", async () => {
    const { out, code } = await opt(
      file("a.mlir", twice),
      file("b.mlir", wrong),
      "--pass-pipeline=canonicalize",
      "--json",
    );
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      programs: [
        {
          file: "a.mlir",
          ok: true,
          passes: [{ name: "canonicalize", changed: true, counts: { "negate of negate": 1 } }],
          text: identity,
        },
        { file: "b.mlir", ok: false, error: { kind: "verify error" }, passes: [] },
      ],
    });
  });

  it("lists the passes with their options", async () => {
    const { out } = await opt("--list-passes");
    expect(out).toContain(`hoist-parameters
    Moves what depends on parameters alone to where it runs once, at load.
    enabled=true|false  false leaves the program as it is (default: true)
`);
    expect(out).toContain("lower-linear-scan\n");
    const { out: json } = await opt("--list-passes", "--json");
    expect(JSON.parse(json)).toContainEqual({
      name: "cse",
      summary: "Merges pure operations that compute the same, when the first dominates the second.",
      options: [],
    });
  });
});

describe("griffin opt --emit portable", () => {
  it("writes an artifact, and reads it back", async () => {
    const artifact = join(folder, "a.mlir.bc");
    expect(
      await opt(file("a.mlir", twice), "--pass-pipeline=canonicalize", "--emit=portable", "-o", artifact),
    ).toEqual({ out: "", err: "", code: 0 });
    expect(readFileSync(artifact).subarray(0, 4)).toEqual(Buffer.from([0x4d, 0x4c, 0xef, 0x52]));
    expect((await opt(artifact)).out).toBe(identity);
  });

  it("writes it for an older StableHLO when asked", async () => {
    const artifact = join(folder, "a.mlir.bc");
    await opt(file("a.mlir", twice), "--emit=portable", "--target-version=1.0.0", "-o", artifact);
    expect(readFileSync(artifact, "latin1")).toContain("StableHLO_v1.0.0");
  });

  it("names files in --out-dir by what they hold", async () => {
    const out = join(folder, "out");
    await opt(file("a.mlir", identity), file("b.mlir", identity), "--emit=portable", "--out-dir", out);
    expect(readdirSync(out)).toEqual(["a.mlir.bc", "b.mlir.bc"]);
    await opt(join(out, "a.mlir.bc"), "--out-dir", out);
    expect(readFileSync(join(out, "a.mlir"), "utf8")).toBe(identity);
  });

  it("has composites in the place of chlo ops, and keeps resources", async () => {
    const artifact = join(folder, "a.mlir.bc");
    const text = `module {
  func.func @main(%arg0: tensor<2xf32>) -> tensor<2xf32> {
    %cst = stablehlo.constant dense_resource<w> : tensor<2xf32>
    %0 = stablehlo.add %arg0, %cst : tensor<2xf32>
    %1 = chlo.erf %0 : tensor<2xf32> -> tensor<2xf32>
    return %1 : tensor<2xf32>
  }
}

{-#
  dialect_resources: {
    builtin: {
      w: "0x040000000000803F00000040"
    }
  }
#-}
`;
    expect((await opt(file("a.mlir", text))).out).toBe(text);
    expect((await opt(file("a.mlir", text), "--emit=portable", "-o", artifact)).code).toBe(0);
    const { out } = await opt(artifact);
    expect(out).toContain("%cst = stablehlo.constant dense_resource<w> : tensor<2xf32>\n");
    expect(out).toContain(
      '%1 = stablehlo.composite "chlo.erf" %0 {decomposition = @chlo.erf.impl, version = 1 : i32}',
    );
    expect(out).toContain('      w: "0x040000000000803F00000040"\n');
  });

  it("has no composites for readers that know none", async () => {
    const artifact = join(folder, "a.mlir.bc");
    const text = `func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = chlo.erf %x : tensor<2xf32> -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
`;
    await opt(file("a.mlir", text), "--emit=portable", "--target-version=0.18.0", "-o", artifact);
    const { out } = await opt(artifact);
    expect(out).toContain("stablehlo.divide");
    expect(out).not.toContain("composite");
  });

  it("is base64 in JSON", async () => {
    const { out } = await opt(file("a.mlir", identity), "--emit=portable", "--json");
    const { programs } = JSON.parse(out) as { programs: readonly { artifact: string }[] };
    expect(Buffer.from(programs[0]!.artifact, "base64").subarray(0, 4).toString("hex")).toBe("4d4cef52");
  });

  it("says which file holds an artifact that is broken", async () => {
    const path = join(folder, "a.mlir.bc");
    writeFileSync(path, Buffer.from([0x4d, 0x4c, 0xef, 0x52, 0x67]));
    const { err, code } = await opt(path);
    expect(code).toBe(1);
    expect(err).toMatch(/^a.mlir.bc:\nbytecode error: .*\n {2}at: {7}byte 4\n/);
  });

  it("refuses several programs for one place", async () => {
    const path = file("a.mlir", `${identity}// -----\n${identity}`);
    const { err, code } = await opt(path, "--split-input-file", "--emit=portable");
    expect({ err, code }).toEqual({
      err: `usage error: 2 portable artifacts cannot go to one place
  hint:     give one program, or one a file and --out-dir
`,
      code: 2,
    });
  });
});

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

describe("griffin opt refuses", () => {
  it.each([
    [["--pass-pipeline=cse"], "no file given"],
    [["a.mlir", "-o", "x", "--out-dir", "y"], "-o and --out-dir are both given"],
    [["x/a.mlir", "y/a.mlir", "--out-dir", "z"], "two files are called a.mlir"],
    [["a.mlir", "--target-version=1.0.0"], "--target-version is for portable artifacts"],
    [["a.mlir", "--pass-pipeline=css"], 'unknown pass "css"'],
    [["a.mlir", "--emit=pritty"], "--emit is not valid"],
    [["a.mlir", "--pass-pipelin=cse"], "unknown option '--pass-pipelin=cse'"],
  ])("%j as wrong usage, with exit code 2", async (args, message) => {
    const { out, err, code } = await opt(...args);
    expect({ out, code }).toEqual({ out: "", code: 2 });
    expect(err).toContain(`usage error: ${message}`);
  });

  it("a file that is not there, with exit code 3", async () => {
    const { err, code } = await opt(join(folder, "none.mlir"));
    expect(err).toContain("environment error: cannot read none.mlir");
    expect(code).toBe(3);
  });

  it("text that is no program, with exit code 1 and the place", async () => {
    const { err, code } = await opt(
      file("a.mlir", "func.func @main(%x: tensor<4xf32>) {\n  %0 = stablehlo.\n}\n"),
    );
    expect(err).toContain("parse error:");
    expect(err).toContain("a.mlir:2:");
    expect(code).toBe(1);
  });
});

describe("--refine-shapes", () => {
  const dynamic = `func.func @main(%x: tensor<?x4xf32>, %y: tensor<4xf32>) -> tensor<?x4xf32> {
  %n = stablehlo.get_dimension_size %x, dim = 0 : (tensor<?x4xf32>) -> tensor<i32>
  %n1 = stablehlo.reshape %n : (tensor<i32>) -> tensor<1xi32>
  %four = stablehlo.constant dense<4> : tensor<1xi32>
  %shape = stablehlo.concatenate %n1, %four, dim = 0 : (tensor<1xi32>, tensor<1xi32>) -> tensor<2xi32>
  %b = stablehlo.dynamic_broadcast_in_dim %y, %shape, dims = [1] : (tensor<4xf32>, tensor<2xi32>) -> tensor<?x4xf32>
  %r = stablehlo.add %x, %b : tensor<?x4xf32>
  return %r : tensor<?x4xf32>
}
`;

  it("makes a program of unknown shapes static for the inputs, before the pipeline", async () => {
    const path = file("dynamic.mlir", dynamic);
    expect(await opt(path, "--refine-shapes=tensor<3x4xf32>, tensor<4xf32>", "--pass-pipeline=dce")).toEqual({
      out: `module {
  func.func @main(%arg0: tensor<3x4xf32>, %arg1: tensor<4xf32>) -> tensor<3x4xf32> {
    %0 = stablehlo.broadcast_in_dim %arg1, dims = [1] : (tensor<4xf32>) -> tensor<3x4xf32>
    %1 = stablehlo.add %arg0, %0 : tensor<3x4xf32>
    return %1 : tensor<3x4xf32>
  }
}
`,
      err: "",
      code: 0,
    });
  });

  it("says what inputs there may be when others are given, and prints nothing half refined", async () => {
    const path = file("dynamic.mlir", dynamic);
    const { out, err, code } = await opt(path, "--refine-shapes=tensor<3x5xf32>, tensor<4xf32>");
    expect({ out, code }).toEqual({ out: "", code: 1 });
    expect(err).toBe(`dynamic.mlir:
refine error: @main takes other inputs
  expected: tensor<?x4xf32>, tensor<4xf32>
  got:      tensor<3x5xf32>, tensor<4xf32>
`);
  });
});
