import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cannotRead } from "../../src/support/cannot-read.js";
import { meantPath } from "../../src/support/meant-path.js";
import { temporaryFolder } from "../weights/files.js";

/** A folder with these files, and one folder `weights`. */
async function folderWith(...names: readonly string[]): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "weights"));
  for (const name of names) await writeFile(join(folder, name), "");
  return folder;
}

test.each([
  ["mpl.mlir", "mlp.mlir"],
  ["mlp.mlr", "mlp.mlir"],
  ["MLP.mlir", "mlp.mlir"],
  ["weigths", "weights"],
])("%s is a slip of %s", async (typed, meant) => {
  const folder = await folderWith("mlp.mjs", "mlp.mlir");
  expect(meantPath(join(folder, typed))).toBe(`did you mean ${join(folder, meant)}?`);
});

test.each([
  ["another name", "gpt.mlir"],
  ["another number", "part-2.mlir"],
  ["a folder that is not there", "none/mlp.mlir"],
])("%s is none", async (_, typed) => {
  const folder = await folderWith("mlp.mlir", "part-1.mlir");
  expect(meantPath(join(folder, typed))).toBeUndefined();
});

test("only names that fit are meant", async () => {
  const folder = await folderWith("mlp.mlir", "mlq.mjs");
  const isModule = (name: string) => name.endsWith(".mjs");
  expect(meantPath(join(folder, "mlp.js"), isModule)).toBe(`did you mean ${join(folder, "mlq.mjs")}?`);
});

test("a file that cannot be read: what may have been meant, or what the system says", async () => {
  const folder = await folderWith("mlp.mlir");
  const missing = Object.assign(new Error("ENOENT: no such file"), { code: "ENOENT" });
  expect(cannotRead(join(folder, "mpl.mlir"), missing).message).toBe(
    [
      `environment error: cannot read ${join(folder, "mpl.mlir")}`,
      "  got:      no such file",
      `  hint:     did you mean ${join(folder, "mlp.mlir")}?`,
    ].join("\n"),
  );
  const refused = Object.assign(new Error("EACCES: permission denied"), { code: "EACCES" });
  expect(cannotRead(folder, refused).message).toBe(
    `environment error: cannot read ${folder}\n  EACCES: permission denied`,
  );
});
