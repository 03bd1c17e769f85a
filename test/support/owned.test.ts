import { chmod, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { claimFolder } from "../../src/support/owned.js";
import { temporaryFolder } from "../weights/files.js";

test("a folder where anybody may make one is claimed: made for this user alone, and told apart from another's", async () => {
  const place = await temporaryFolder();
  const folder = join(place, "own");
  expect([claimFolder(folder), claimFolder(folder)]).toEqual([undefined, undefined]);
  await chmod(folder, 0o777);
  expect(claimFolder(folder)).toEqual({
    problem: `${folder} can be written by other users (mode 777)`,
    hint: `chmod go-w ${folder}`,
  });
  const hint = "remove it, or set STABLEGRIFFIN_CACHE to a folder of your own";
  const [file, link] = [join(place, "file"), join(place, "link")];
  await writeFile(file, "");
  await symlink(place, link);
  for (const other of [file, link])
    expect(claimFolder(other)).toEqual({ problem: `${other} is no folder`, hint });
  expect(claimFolder(join(place, "none", "own"))).toBeUndefined();
});
