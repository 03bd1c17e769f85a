import { expect, test } from "vitest";
import { missingPackage } from "../../src/support/missing-package.js";

test("koffi without its native library is of the environment, and says what npm left out", () => {
  const error = missingPackage(
    new Error("Cannot find the native Koffi module; did you bundle it correctly?"),
  );
  expect([error?.exitCode, error?.message]).toEqual([
    3,
    `environment error: koffi, which calls plugins, is installed without its native library
  expected: @koromix/koffi-${process.platform}-${process.arch}, which npm installs beside it
  hint:     npm install --include=optional; lock files and node_modules of another system lack it`,
  ]);
});

test("a package that is not installed is named", () => {
  const name = "stablegriffin-needs-no-such-package";
  const thrown = Object.assign(new Error(`Cannot find package '${name}' imported from /x.js`), {
    code: "ERR_MODULE_NOT_FOUND",
  });
  expect(missingPackage(thrown)?.message).toBe(
    `environment error: package ${name} is not installed
  hint:     npm install puts back what stablegriffin depends on`,
  );
});

test("any other error is left as it is", () => {
  expect([missingPackage(new Error("Cannot find it")), missingPackage("no error")]).toEqual([
    undefined,
    undefined,
  ]);
  const file = Object.assign(new Error("Cannot find module '/a.js'"), { code: "ERR_MODULE_NOT_FOUND" });
  expect(missingPackage(file)).toBeUndefined();
});
