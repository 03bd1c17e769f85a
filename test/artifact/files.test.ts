import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readChecked } from "../../src/artifact/files.js";
import { sha256 } from "../../src/support/hash.js";
import { errorText, temporaryFolder } from "../weights/files.js";

test("a file that changes between its check and its use is not used", async () => {
  const folder = await temporaryFolder();
  const path = "program.mlirbc";
  const files = [{ path, bytes: 4, sha256: sha256("good") }];
  const read = async () =>
    (await readChecked({ where: "ARTIFACT", folder, manifest: { files } }, path)).toString();
  await writeFile(join(folder, path), "good");
  expect(await read()).toBe("good");
  for (const other of ["evil", "good and more"]) {
    await writeFile(join(folder, path), other);
    expect(await errorText(read)).toBe(
      "artifact error: program.mlirbc: changed since it was checked\n  at:       ARTIFACT",
    );
  }
  await rm(join(folder, path));
  expect(await errorText(read)).toBe(
    "artifact error: program.mlirbc: gone since it was checked\n  at:       ARTIFACT",
  );
});
