/**
 * @file Run in a process of its own, which is killed at a step: makes a file, or a folder of files as an artifact is, all with the
 * same text. Arguments: "folder" or "file", the place, the text, what happens to something that is there.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeFile, makeFolder } from "../../../src/support/whole.js";

const [form, place, text, onExisting] = process.argv.slice(2) as [
  string,
  string,
  string,
  "replace" | "refuse",
];

if (form === "file") await makeFile(place, (result) => writeFile(result, text), onExisting);
else
  await makeFolder(
    place,
    async ({ result }) => {
      for (const file of ["programs/decode.mlirbc", "programs/prefill.mlirbc", "manifest.json"]) {
        await mkdir(dirname(join(result, file)), { recursive: true });
        await writeFile(join(result, file), text);
      }
    },
    onExisting,
  );
