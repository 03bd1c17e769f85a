/**
 * @file Writes what documents say that is said elsewhere: ops, passes and commands from their tables, examples from their files.
 *
 *     npm run docs:make              writes them
 *     npm run docs:make -- --check   says which are not as they should be; exit code 1 for any
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { allDocuments } from "./pages.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });

const changed = [...allDocuments(root)].filter(([path, text]) => {
  const file = join(root, path);
  return !existsSync(file) || readFileSync(file, "utf8") !== text;
});
for (const [path, text] of changed) {
  console.log(`${values.check ? "not as it should be: " : ""}${path}`);
  if (values.check) continue;
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
if (values.check && changed.length > 0) process.exitCode = 1;
