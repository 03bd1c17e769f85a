/** @file The child's program as one file: what it is made of takes half a minute to load one by one from sources. */
import { mkdir, mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { packageFile } from "../../src/support/package.js";

/** Writes the child's program to a folder of its own, from where its dependencies are found. @returns the folder, to be removed, and the program */
export async function bundleChild(): Promise<{ readonly folder: string; readonly program: string }> {
  const cache = packageFile("node_modules/.cache");
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "griffin-fuzz-"));
  await using bundled = await rolldown({
    input: packageFile("tools/fuzz/child.ts"),
    platform: "node",
    // As in tools/bundle.mjs.
    external: /^(?!@oxc-project\/)[a-z@]/,
    tsconfig: packageFile("tsconfig.json"),
    transform: { target: "es2022" },
  });
  await bundled.write({ dir: folder, format: "esm", sourcemap: true });
  return { folder, program: join(folder, "child.js") };
}
