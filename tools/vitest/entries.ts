/** @file The package's entries by their names, for tests that run what users write: each is the source that it is built from. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Vite's aliases: `stablegriffin/dsl` is `src/dsl/index.ts`. */
export function entryAliases(): readonly { readonly find: RegExp; readonly replacement: string }[] {
  const { exports } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as {
    readonly exports: Readonly<Record<string, string>>;
  };
  return Object.entries(exports)
    .filter(([, path]) => path.startsWith("./dist/"))
    .map(([entry, path]) => ({
      find: new RegExp(`^stablegriffin${entry.slice(1)}$`),
      replacement: root + path.replace("./dist/", "").replace(/\.js$/, ".ts"),
    }));
}
