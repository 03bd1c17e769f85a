import { copyFile, mkdir, mkdtemp, open, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { Plugin } from "../../../src/runtime-pjrt/index.js";
import { checkInstalledLibrary } from "../../../src/runtime-pjrt/install/verify.js";
import { cpuPlugin } from "../cpu.js";

test("an installed library with one bit flipped is not loaded, whatever times it has, and the error says how to get it back", async () => {
  const { path } = await cpuPlugin();
  const folder = join(await mkdtemp(join(tmpdir(), "verify-")), basename(dirname(path)));
  const copy = join(folder, basename(path));
  try {
    await mkdir(folder);
    await copyFile(path, copy);
    const time = new Date("2026-01-01T00:00:00Z");
    await utimes(copy, time, time);
    await checkInstalledLibrary(copy);
    const file = await open(copy, "r+");
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, 100_000_000);
    byte[0]! ^= 1;
    await file.write(byte, 0, 1, 100_000_000);
    await file.close();
    await utimes(copy, time, time);
    await expect(Plugin.load(copy)).rejects.toThrow(
      /^environment error: .* is not what was installed: .*\n {2}expected: sha256 [0-9a-f]{64}\n {2}got: {6}sha256 [0-9a-f]{64}\n {2}hint: {5}install it again: griffin plugin install lammps-jax-pjrt-cpu$/,
    );
  } finally {
    await rm(dirname(folder), { recursive: true });
  }
});
