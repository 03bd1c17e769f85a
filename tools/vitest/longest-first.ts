/** @file The order of test files: of each project those known to take longest first, so that none is waited for, then vitest's own order. */
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take more than eight seconds of CPU time, the longest first (measured). */
const LONGEST: readonly string[] = [
  "test/docs/commands-run.matrix.test.ts",
  "test/artifact/load.cpu.test.ts",
  "test/engine/load.cpu.test.ts",
  "test/cli/generate.cpu.test.ts",
  "test/engine/export.long.test.ts",
];

/** Place in the list; files that are not in it come after. */
function place({ moduleId }: TestSpecification): number {
  const index = LONGEST.findIndex((file) => moduleId.endsWith(file));
  return index === -1 ? LONGEST.length : index;
}

/** vitest's own order, which keeps the files of a project together, with the longest of each project first. */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const usual = await super.sort(files);
    const projects = [...new Set(usual.map(({ project }) => project))];
    return projects.flatMap((project) =>
      usual.filter((file) => file.project === project).toSorted((a, b) => place(a) - place(b)),
    );
  }
}
