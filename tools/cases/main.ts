/**
 * @file The cases tier: `npm run test:cases -- FOLDER` judges every input of a folder by its kind, which its name tells (kinds.ts);
 * `npm run test:cases -- KIND FILE...` judges others as inputs of that kind. A name of no kind fails.
 */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fetchPlugins } from "../support/plugins.js";
import { twoAtOnce } from "../support/two-at-once.js";
import { isBeside, kindsOf } from "./kinds.js";
import { judge, type Kind, verdicts } from "./verdicts.js";

interface Case {
  readonly file: string;
  readonly kind: Kind | undefined;
}

async function casesOf(args: readonly string[]): Promise<readonly Case[]> {
  const [first, ...files] = args;
  if (first === undefined)
    throw new Error(`expected a folder, or a kind (${Object.keys(verdicts).join(", ")}) and files`);
  if (first in verdicts) return files.map((file) => ({ file, kind: first as Kind }));
  const names = (await readdir(first)).filter((name) => !isBeside(name)).sort();
  return names.flatMap((name) => {
    const kinds = kindsOf(name);
    return (kinds.length === 0 ? [undefined] : kinds).map((kind) => ({ file: join(first, name), kind }));
  });
}

async function complaintOf({ file, kind }: Case, work: string): Promise<string | undefined> {
  if (kind === undefined) return "of no kind that tools/cases/kinds.ts knows";
  try {
    return await judge(kind, file, await mkdtemp(join(work, "case-")));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const work = await mkdtemp(join(tmpdir(), "griffin-cases-"));
let failed = 0;
try {
  const cases = await casesOf(process.argv.slice(2));
  // Not within the limit of a case.
  await fetchPlugins(["cpu"]);
  await twoAtOnce(cases, async (each) => {
    const complaint = await complaintOf(each, work);
    if (complaint === undefined) return;
    failed++;
    console.log(`FAILED ${basename(each.file)} (${each.kind ?? "?"}): ${complaint}`);
  });
  console.log(`${cases.length - failed} passed, ${failed} failed`);
} finally {
  await rm(work, { recursive: true, force: true });
}
if (failed > 0) process.exitCode = 1;
