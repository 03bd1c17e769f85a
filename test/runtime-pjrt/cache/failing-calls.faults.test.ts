/** @file Each call of the file system that the compile cache makes fails once: the program runs, no half of an entry stays, and it is told once. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CompileCache } from "../../../src/runtime-pjrt/index.js";
import { type Failure, withFailingCall } from "../../support/files/failing-calls.js";
import { temporaryFolder } from "../../weights/files.js";
import { useCpu } from "../../dsl/cpu.js";
import { floats } from "../cpu.js";
import { addProgram, f32x4 } from "../programs.js";

const cpu = useCpu();
const request = { program: addProgram(), signature: { arguments: [f32x4, f32x4], results: [f32x4] } };

/** A cache whose entries and key lie in a folder, and what it tells. */
function cacheIn(folder: string) {
  const told: string[] = [];
  const cache = new CompileCache({
    folder: join(folder, "programs"),
    keyFolder: join(folder, "trust"),
    onProblem: (problem) => told.push(problem),
  });
  /** Compiles and runs the program; gives why it was compiled or not. */
  const run = async (): Promise<string> => {
    const { executable, reason } = await cache.compile(cpu.client, request);
    using loaded = executable;
    using x = await cpu.client.toDevice({ ...f32x4, data: new Float32Array([1, 2, 3, 4]) });
    const [sum] = await loaded.execute([x, x]);
    using result = sum!;
    expect(floats(await result.toHost())).toEqual([2, 4, 6, 8]);
    return reason;
  };
  return { run, told };
}

const failures: readonly Failure[] = ["EIO", "ENOSPC", "EACCES", "half written"];

test.each(
  failures.flatMap((failure) =>
    ["an entry is kept", "a kept entry is loaded"].map((what) => [failure, what] as const),
  ),
)("%s while %s", async (failure, what) => {
  const isLoading = what === "a kept entry is loaded";
  const calls: string[] = [];
  for (let n = 0; ; n++) {
    const folder = await temporaryFolder();
    if (isLoading) expect(await cacheIn(folder).run()).toBe("not compiled before");
    const { run, told } = cacheIn(folder);
    let reason = "";
    const { failed, left } = await withFailingCall(
      folder,
      n,
      async () => {
        reason = await run();
      },
      failure,
    );
    if (failed === undefined) break;
    calls.push(failed);
    const place = `call ${n}, ${failed}: ${reason}`;
    expect(left, place).toBe(0);
    // What keeps it from being kept is told; what is only tidied up is not.
    const isTold = /not kept|not used/.test(reason);
    expect(told.length, `${place} ${told}`).toBe(isTold ? 1 : 0);
    const names = await readdir(join(folder, "programs")).catch(() => []);
    expect(
      names.filter((name) => !name.endsWith(".program")),
      place,
    ).toEqual([]);
    const after = cacheIn(folder);
    const isKept = names.length > 0;
    expect(await after.run(), place).toBe(isKept ? "compiled before" : "not compiled before");
    expect([await after.run(), after.told], place).toEqual(["compiled before", []]);
  }
  expect(calls.length, calls.join(", ")).toBeGreaterThan(5);
});
