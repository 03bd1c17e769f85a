import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { griffin } from "./griffin.js";
import { identity, twice, useOpt, wrong } from "./opt/run.js";

const { file, inFolder, opt } = useOpt();

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
    const path = inFolder("out.mlir");
    expect(await opt(file("a.mlir", twice), "--pass-pipeline=canonicalize", "-o", path)).toEqual({
      out: "",
      err: "",
      code: 0,
    });
    expect(readFileSync(path, "utf8")).toBe(identity);
  });

  it("writes files under their names into --out-dir, which it makes, and leaves out those that are wrong", async () => {
    const files = [file("a.mlir", twice), file("b.mlir", wrong), file("c.mlir", identity)];
    const { err, code } = await opt(...files, "--pass-pipeline=canonicalize", "--out-dir", inFolder("out"));
    expect(code).toBe(1);
    expect(err).toContain("verify error: stablehlo.add");
    expect(err).toContain("at:       b.mlir:2:");
    expect(readdirSync(inFolder("out"))).toEqual(["a.mlir", "c.mlir"]);
    expect(readFileSync(inFolder("out", "a.mlir"), "utf8")).toBe(identity);
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
    const { err, code } = await opt(inFolder("none.mlir"));
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
