/** @file Strings of millions of characters in JSON files: an expression that matches them overflows its stack. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openSafetensors, readConfigFiles } from "../../src/weights/index.js";
import { errorText, rawSafetensors, temporaryFolder } from "./files.js";

test("a header of one string of escapes is parsed, and refused for what it says", async () => {
  const path = join(await temporaryFolder(), "model.safetensors");
  await writeFile(path, rawSafetensors(`{"__metadata__": {"a": "${"\\n".repeat(10_000_000)}"}, "b": 1}`, 0));
  expect(await errorText(() => openSafetensors(path))).toContain("b: not a tensor description");
});

test("a configuration of one string of thirty million characters is parsed", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "config.json"), `{"a": "${"x\\n".repeat(10_000_000)}", "b": NaN}`);
  expect((await readConfigFiles(folder)).config.b).toEqual({ __float__: "NaN" });
});
