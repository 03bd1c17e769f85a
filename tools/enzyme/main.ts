/**
 * @file Runs the rule tests of Enzyme-JAX that check themselves (test/lit_tests/diffrules/stablehlo of EnzymeAD/Enzyme-JAX, fetched by you) by our
 * differentiation and our interpreter. Files without a check compare texts of another compiler, and are passed over. Run:
 *
 *     npx jiti tools/enzyme/main.ts FOLDER
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { interpretModuleChecks } from "../../src/ir/interpret/index.js";
import { parseModule } from "../../src/ir/text/index.js";
import { verifyModule } from "../../src/ir/verify.js";
import { decomposeChlo } from "../../src/lowering/chlo/index.js";
import { GriffinError } from "../../src/support/errors.js";
import { makeFunction } from "./functions.js";
import { KNOWN } from "./known.js";
import { withCalls } from "./requests.js";

/** Which checks of a test do not hold. */
function run(source: string, file: string): readonly string[] {
  const { text, requests } = withCalls(source);
  const module = parseModule(text, { file });
  for (const request of requests) makeFunction(module, request);
  verifyModule(module);
  decomposeChlo(module);
  const { failures } = interpretModuleChecks(module, { maxOperations: 5e6 });
  return failures.map(({ message }) => message);
}

/** What became of a file: undefined where all is as it should be, else what is wrong. */
function judge(name: string, source: string, path: string): string | undefined {
  const known = KNOWN[name];
  try {
    const wrong = run(source, path);
    if (wrong.length === (known?.fails ?? 0)) return undefined;
    return `${wrong.length} of its checks fail: ${wrong[0] ?? "fewer than known"}`;
  } catch (error) {
    if (!(error instanceof GriffinError)) throw error;
    return known?.fails === "refused" ? undefined : error.message;
  }
}

function main([folder]: readonly string[]): void {
  if (folder === undefined) throw new Error("give the folder of the tests");
  const counts = { passed: 0, known: 0, failed: 0 };
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    const source = name.endsWith(".mlir") ? readFileSync(path, "utf8") : "";
    if (!source.includes("check.expect")) continue;
    const problem = judge(name, source, path);
    const known = KNOWN[name];
    if (problem !== undefined) console.log(`${name}: ${problem}`);
    else if (known !== undefined) console.log(`${name}: known: ${known.why}`);
    counts[problem !== undefined ? "failed" : known === undefined ? "passed" : "known"]++;
  }
  console.log(`${counts.passed} files passed, ${counts.known} differ as is known, ${counts.failed} failed`);
  if (counts.failed > 0 || counts.passed === 0) process.exitCode = 1;
}

main(process.argv.slice(2));
