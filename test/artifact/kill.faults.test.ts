import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { describeArtifact } from "../../src/artifact/index.js";
import { FAILPOINT, type WholeStep } from "../../src/support/failpoints.js";
import { griffin, spawnGriffin, temporaryFolder } from "../cli/griffin.js";

/** An export of this batch, by which its artifact is known. */
const exportOf = (path: string, batch: number): readonly string[] => [
  "export",
  "--preset",
  "tiny-hawk",
  "--chunk",
  "4",
  "--force",
  "--batch",
  `${batch}`,
  "-o",
  path,
];

/** Exports in a process that is killed at a step of writing it; a step that it does not reach is a failure. */
async function killExport(path: string, batch: number, step: WholeStep): Promise<void> {
  const env = { [FAILPOINT]: `kill:${step}` };
  expect(await spawnGriffin(exportOf(path, batch), { env })).toMatchObject({ exitCode: undefined });
}

/** The batch of the artifact at `path`, every byte of it as written; undefined when there is nothing. */
async function wholeBatch(path: string): Promise<number | undefined> {
  const found = await describeArtifact(path, { verify: true }).catch((error: Error) => error);
  if (!(found instanceof Error)) {
    expect(found.problems).toEqual([]);
    return found.kind === "artifact" ? found.batch : undefined;
  }
  expect(found.message).toBe(`artifact error: artifact: does not exist\n  at:       ${path}`);
  return undefined;
}

/** The other steps, and one kill after the other, are those of `support/whole`, where a process is killed at each of them. */
test.each([
  ["artifact", "setAside"],
  ["artifact.zip", "write"],
] as const)(
  "an export that is killed leaves what was there, nothing or another %s, or a whole new one, and nothing else after the next",
  async (name, before) => {
    const path = join(await temporaryFolder(), name);
    await killExport(path, 1, "write");
    expect(await wholeBatch(path)).toBe(undefined);
    expect(await griffin(exportOf(path, 2))).toMatchObject({ exitCode: 0 });
    await killExport(path, 3, before);
    expect(await wholeBatch(path)).toBe(2);
    await killExport(path, 4, "renameIn");
    expect(await wholeBatch(path)).toBe(4);
    expect(await griffin(exportOf(path, 5))).toMatchObject({ exitCode: 0 });
    expect([await wholeBatch(path), await readdir(dirname(path))]).toEqual([5, [name]]);
  },
);
