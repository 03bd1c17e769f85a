/** @file Ends a test run with the line `N passed, N failed`, for CI. A test that was skipped did not pass. */
import type { Reporter, TestModule } from "vitest/node";

export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const passed = tests.filter((test) => test.result().state === "passed").length;
    // A file that does not load has no tests.
    const broken = modules.filter(
      (module) => module.state() === "failed" && module.errors().length > 0,
    ).length;
    const failed = tests.length - passed + broken + unhandled.length;
    // After the summary of the reporter before this one.
    setImmediate(() => process.stdout.write(`${passed} passed, ${failed} failed\n`));
  }
}
