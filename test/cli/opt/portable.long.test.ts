import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { identity, twice, useOpt } from "./run.js";

const { file, inFolder, opt } = useOpt();

describe("griffin opt --emit portable", () => {
  it("writes an artifact, and reads it back", async () => {
    const artifact = inFolder("a.mlir.bc");
    expect(
      await opt(file("a.mlir", twice), "--pass-pipeline=canonicalize", "--emit=portable", "-o", artifact),
    ).toEqual({ out: "", err: "", code: 0 });
    expect(readFileSync(artifact).subarray(0, 4)).toEqual(Buffer.from([0x4d, 0x4c, 0xef, 0x52]));
    expect((await opt(artifact)).out).toBe(identity);
  });

  it("writes it for an older StableHLO when asked", async () => {
    const artifact = inFolder("a.mlir.bc");
    await opt(file("a.mlir", twice), "--emit=portable", "--target-version=1.0.0", "-o", artifact);
    expect(readFileSync(artifact, "latin1")).toContain("StableHLO_v1.0.0");
  });

  it("names files in --out-dir by what they hold", async () => {
    const out = inFolder("out");
    await opt(file("a.mlir", identity), file("b.mlir", identity), "--emit=portable", "--out-dir", out);
    expect(readdirSync(out)).toEqual(["a.mlir.bc", "b.mlir.bc"]);
    await opt(join(out, "a.mlir.bc"), "--out-dir", out);
    expect(readFileSync(join(out, "a.mlir"), "utf8")).toBe(identity);
  });

  it("has composites in the place of chlo ops, and keeps resources", async () => {
    const artifact = inFolder("a.mlir.bc");
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
    const artifact = inFolder("a.mlir.bc");
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
    const path = inFolder("a.mlir.bc");
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
