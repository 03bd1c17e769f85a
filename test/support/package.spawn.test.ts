import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { rolldown } from "rolldown";
import { expect, onTestFinished, test } from "vitest";
import { koffiVersion, packageAbove, packageVersion } from "../../src/support/package.js";

const root = join(import.meta.dirname, "../..");
const source = join(root, "src/support/package.ts");

async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "griffin-package-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

const versionIn = async (path: string): Promise<string> =>
  (JSON.parse(await readFile(join(root, path), "utf8")) as { readonly version: string }).version;

test("versions are those of package.json files", async () => {
  expect([packageVersion, koffiVersion()]).toEqual([
    await versionIn("package.json"),
    await versionIn("node_modules/koffi/package.json"),
  ]);
});

test("a package is found by its name, past those of others and files that are none; at the root the search ends", async () => {
  const folder = await temporary();
  const inner = join(folder, "a/b/c");
  await mkdir(inner, { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "name": "mine", "version": "1.2.3" }');
  await writeFile(join(folder, "a/package.json"), '{ "name": "other", "version": "9.9.9" }');
  await writeFile(join(folder, "a/b/package.json"), "null");
  await writeFile(join(inner, "package.json"), "no JSON");
  const from = pathToFileURL(`${inner}/`);
  expect(packageAbove(from, "mine")).toEqual({ folder: pathToFileURL(`${folder}/`), version: "1.2.3" });
  expect(packageAbove(from, "nobody's")).toBeUndefined();
});

test("a bundle in another package has no version, and says what is missing where a file of the package is asked for", async () => {
  const folder = await temporary();
  await writeFile(join(folder, "package.json"), '{ "name": "app", "version": "9.9.9", "type": "module" }');
  const entry = join(folder, "entry.ts");
  await writeFile(
    entry,
    `import { packageFile, packageVersion } from ${JSON.stringify(source)};
console.log(packageVersion);
try { packageFile("golden/demo-kjv"); } catch (error) { console.log(error.message); }`,
  );
  await using bundle = await rolldown({ input: entry, platform: "node" });
  await bundle.write({ file: join(folder, "app.js"), format: "esm" });
  const { stdout } = await execa(process.execPath, [join(folder, "app.js")]);
  expect(stdout.split("\n")).toEqual([
    "unknown",
    "environment error: files of stablegriffin are not here",
    "  expected: golden/demo-kjv in the package's folder",
    `  got:      code in ${folder}/, which does not lie in the package`,
    "  hint:     keep stablegriffin out of the bundle (external), and install it beside it",
  ]);
});
