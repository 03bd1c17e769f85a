/** mhlo.result_alias of arguments: it must name a result, or a part of one, of the argument's type. */
import { expect, test } from "vitest";
import { parseModule } from "../../../src/ir/text/index.js";
import { verifyModule } from "../../../src/ir/verify.js";

const verify = (alias: string, argument = "tensor<2xf32>", results = "tensor<2xf32>, tensor<?xf32>"): void =>
  verifyModule(
    parseModule(`func.func private @f(${argument} {mhlo.result_alias = ${alias}}) -> (${results})`),
  );

const alias = (fields: string): string => `#mhlo.result_alias<${fields}>`;
const nested = "tuple<i32, tuple<i32, tensor<2xf32>>>";

const flat = "tensor<2xf32>";

test.each([
  ["result_index = [0]", flat, flat],
  ["result_index = [1], must_alias", flat, `${nested}, tensor<?xf32>`],
  ["tuple_indices = [1, 1], result_index = [0]", nested, flat],
  ["result_index = [0, 1, 1]", flat, nested],
])("%s is accepted", (fields, argument, results) => {
  expect(() => verify(alias(fields), argument, results)).not.toThrow();
});

test.each([
  [
    alias("result_index = []"),
    "must be #mhlo.result_alias<tuple_indices = [..], result_index = [..], must_alias>",
  ],
  ["1 : i64", "must be #mhlo.result_alias<tuple_indices = [..], result_index = [..], must_alias>"],
  [alias("tuple_indices = [0, -1], result_index = [0]"), "must not have a negative index, got [0, -1, 0]"],
  [alias("result_index = [0, -1]"), "must not have a negative index, got [0, -1]"],
  [alias("result_index = [2]"), "names result 2 of 2"],
  [alias("tuple_indices = [2], result_index = [0]"), "names no part of tensor<2xf32>: [2]"],
  [alias("result_index = [0, 1]"), "names no part of tensor<2xf32>: [1]"],
])("%s is refused: %s", (given, message) => {
  expect(() => verify(given)).toThrow(`mhlo.result_alias of argument 0 ${message} [result_alias]`);
});

test("an argument is not the memory of a result of another type", () => {
  expect(() => verify(alias("result_index = [0]"), "tensor<2xi32>")).toThrow(
    "mhlo.result_alias of argument 0 is tensor<2xi32>, and the result is tensor<2xf32> [result_alias]",
  );
});
