/** @file Packages of npm that checks need beside those of the lock file: other Nodes, other TypeScripts. */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { cacheFolder } from "../../src/runtime-pjrt/index.js";

/** The folder of a package at a version, in the cache folder; installed there unless it is. @param version an exact one */
export async function fetched(name: string, version: string): Promise<string> {
  const kept = join(cacheFolder(), "packages", `${name}-${version}`);
  const folder = join(kept, "node_modules", name);
  if (existsSync(folder)) return folder;
  await mkdir(join(cacheFolder(), "packages"), { recursive: true });
  const work = await mkdtemp(`${kept}-`);
  try {
    await execa("npm", [
      "install",
      ...["--prefix", work, "--no-save", "--no-package-lock", "--no-audit", "--no-fund"],
      `${name}@${version}`,
    ]);
    // Another run may have been faster.
    await rename(work, kept).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return folder;
}

/** The executable of a Node. */
export async function fetchedNode(version: string): Promise<string> {
  const system = process.platform === "win32" ? "win" : process.platform;
  return join(await fetched(`node-${system}-${process.arch}`, version), "bin", "node");
}
