/**
 * @file Ends a test run with what failed, a line `FAILED file > test` and the first lines of its error each, and the line
 * `N passed, N failed`, for CI. A test that was skipped did not pass.
 */
import type { Reporter, TestCase, TestModule } from "vitest/node";

/** Lines of an error's message that are told; all of it stands above. */
const LINES = 4;

interface Told {
  readonly message?: string | undefined;
  readonly stack?: string | undefined;
}

/** The first lines of an error and the first line of its stack, indented. */
function errorLines({ message = "", stack = "" }: Told): readonly string[] {
  const first = message.split("\n").filter((line) => line.trim() !== "");
  const frame = stack.split("\n").find((line) => /^\s+at .*\b(?:test|src|models|tools)\//.test(line));
  return [...first.slice(0, LINES), ...(frame === undefined ? [] : [frame.trim()])].map(
    (line) => `  ${line}`,
  );
}

const told = (name: string, errors: readonly Told[]): string =>
  [`FAILED ${name}`, ...errors.flatMap(errorLines)].join("\n");

const failureOf = (test: TestCase): string => {
  const { state, errors = [] } = test.result();
  const name = `${test.module.relativeModuleId} > ${test.fullName}`;
  return state === "failed" ? told(name, errors) : told(`${name}: ${state}`, []);
};

export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly Told[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const failures = [
      ...tests.filter((test) => test.result().state !== "passed").map(failureOf),
      // A file that does not load has no tests; a file or a group whose hooks fail has errors of its own.
      ...modules
        .filter((module) => module.errors().length > 0)
        .map((module) => told(module.relativeModuleId, module.errors())),
      ...modules
        .flatMap((module) => [...module.children.allSuites()])
        .filter((suite) => suite.errors().length > 0)
        .map((suite) => told(`${suite.module.relativeModuleId} > ${suite.fullName}`, suite.errors())),
      ...unhandled.map((error) => told("outside of any test", [error])),
    ];
    const passed = tests.filter((test) => test.result().state === "passed").length;
    const lines = [...failures, `${passed} passed, ${failures.length} failed`];
    // After the summary of the reporter before this one.
    setImmediate(() => process.stdout.write(`${lines.join("\n")}\n`));
  }
}
