/** @file For tests: `griffin opt` on files in a folder of each test, and programs for it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach } from "vitest";
import { griffin, temporaryFolder } from "../griffin.js";

/** What came out, both ending as they were written, without the folder of the test. */
interface Result {
  readonly out: string;
  readonly err: string;
  readonly code: number | undefined;
}

/** An empty folder for each test of the file, that goes away after it. */
export function useOpt() {
  let folder = "";
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  /** A path in the test's folder. */
  const inFolder = (...names: readonly string[]): string => join(folder, ...names);
  return {
    inFolder,
    /** Writes a file into the test's folder; its path. */
    file(name: string, text: string): string {
      writeFileSync(inFolder(name), text);
      return inFolder(name);
    },
    /** Runs `griffin opt`. */
    async opt(...args: readonly string[]): Promise<Result> {
      const { stdout, stderr, exitCode } = await griffin(["opt", ...args]);
      const shown = (text: string) => (text === "" ? "" : `${text.replaceAll(`${folder}/`, "")}\n`);
      return { out: shown(stdout), err: shown(stderr), code: exitCode };
    },
  };
}

/** As it is printed: nothing is left to do. */
export const identity = `module {
  func.func @main(%arg0: tensor<4xf32>) -> tensor<4xf32> {
    return %arg0 : tensor<4xf32>
  }
}
`;

/** Becomes `identity` by `canonicalize`. */
export const twice = `func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.negate %x : tensor<4xf32>
  %1 = stablehlo.negate %0 : tensor<4xf32>
  return %1 : tensor<4xf32>
}
`;

/** Does not verify: the types of what it adds differ. */
export const wrong = `func.func @main(%x: tensor<4xf32>, %y: tensor<3xf32>) -> tensor<4xf32> {
  %0 = stablehlo.add %x, %y : (tensor<4xf32>, tensor<3xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
`;
