/** What MLIR's own dialects have beside StableHLO: functions as values, casts that no conversion finished, signed indices. */
import { describe, expect, test } from "vitest";
import { deserializePortable, serializePortable } from "../../../src/ir/bytecode/index.js";
import { parseModule, printModule } from "../../../src/ir/text/index.js";
import { verifyModule } from "../../../src/ir/verify.js";
import { commonLimits } from "../../../src/targets/common-limits.js";
import { verifyLimits } from "../../../src/targets/limits.js";
import { run } from "../../passes/text.js";

const T = "tensor<4xf32>";

function read(text: string): string {
  const module = parseModule(text);
  verifyModule(module);
  return printModule(module);
}

const main = (...lines: readonly string[]): string =>
  ["module {", ...lines.map((line) => `  ${line}`), "}", ""].join("\n");

const indirect = main(
  `func.func @main(%arg0: ${T}) -> ${T} {`,
  `  %f = constant @twice : (${T}) -> ${T}`,
  `  %0 = call_indirect %f(%arg0) : (${T}) -> ${T}`,
  `  return %0 : ${T}`,
  "}",
  `func.func private @twice(%arg0: ${T}) -> ${T} {`,
  `  %0 = stablehlo.add %arg0, %arg0 : ${T}`,
  `  return %0 : ${T}`,
  "}",
);

const cast = main(
  `func.func @main(%arg0: ${T}, %arg1: !other.list<4>) -> tensor<?xf32> {`,
  `  %0 = builtin.unrealized_conversion_cast %arg0 : ${T} to tensor<?xf32> {my.note = 1 : i64}`,
  `  %1:2 = builtin.unrealized_conversion_cast %arg1, %arg0 : !other.list<4>, ${T} to f32, !other.list<4>`,
  "  %2 = builtin.unrealized_conversion_cast to i32",
  "  return %0 : tensor<?xf32>",
  "}",
);

const scatter = main(
  "func.func @main(%arg0: tensor<4xf32>, %arg1: tensor<2x1xsi32>, %arg2: tensor<2xf32>) -> tensor<4xf32> {",
  '  %0 = "stablehlo.scatter"(%arg0, %arg1, %arg2) <{indices_are_sorted = false, scatter_dimension_numbers = #stablehlo.scatter<inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>, unique_indices = false}> ({',
  "  ^bb0(%arg3: tensor<f32>, %arg4: tensor<f32>):",
  "    stablehlo.return %arg4 : tensor<f32>",
  "  }) : (tensor<4xf32>, tensor<2x1xsi32>, tensor<2xf32>) -> tensor<4xf32>",
  "  return %0 : tensor<4xf32>",
  "}",
);

test.each([
  ["functions as values", indirect],
  ["casts between any types", cast],
  ["signed indices", scatter],
])("%s are read and printed, in both forms", (_, text) => {
  expect(read(text)).toBe(text);
  const generic = printModule(parseModule(text), { form: "generic" });
  expect(read(generic)).toBe(text);
});

describe("refused where it is wrong", () => {
  const f = `func.func private @f(%x: ${T}) -> ${T} { return %x : ${T} }`;
  const of = (line: string): string =>
    `${f}\nfunc.func @main(%x: ${T}, %f: (${T}) -> ${T}) {\n  ${line}\n  return\n}`;
  test.each([
    [`%0 = constant @g : (${T}) -> ${T}`, "func.constant: is @g, which the module does not define [symbol]"],
    [
      `%0 = constant @f : () -> ${T}`,
      `func.constant: @f has type (${T}) -> ${T}, not () -> ${T} [constant_type]`,
    ],
    [`%0 = constant @f : ${T}`, `func.constant: is a function, not ${T} [constant_function]`],
    [
      `%0 = "func.call_indirect"(%f) : ((${T}) -> ${T}) -> ${T}`,
      `func.call_indirect: the function is (${T}) -> ${T}, but is given () [call_indirect_types]`,
    ],
    [
      `%0 = "func.call_indirect"(%x) : (${T}) -> ${T}`,
      'func.call_indirect: operand "callee" cannot be tensor<4xf32> [operand_type]',
    ],
    [
      '"builtin.unrealized_conversion_cast"() : () -> ()',
      "builtin.unrealized_conversion_cast: makes at least one value [cast_results]",
    ],
    [`%0 = builtin.unrealized_conversion_cast %x : ${T}`, 'expected "to" and the types of the results'],
  ])("%s", (line, message) => {
    expect(() => read(of(line))).toThrow(message);
  });
});

test.each([
  [indirect, "func.constant has a function as a value, which XLA has not [target_function_value]"],
  [cast, "takes tensor<4xf32> for tensor<?xf32>, and computes nothing [target_cast]"],
  [scatter, "tensor<2x1xsi32> has MLIR's signed integers, which XLA does not read [target_signed]"],
])("no plugin is given it", (text, message) => {
  expect(() => verifyLimits(parseModule(text), commonLimits)).toThrow(message);
});

test.each([
  [indirect, "func.constant: dialect func has no portable form"],
  [cast, "builtin.unrealized_conversion_cast: dialect builtin has no portable form"],
  [scatter, "si32 has no portable form: integers there are signless or unsigned"],
])("no artifact holds it", (text, message) => {
  expect(() => serializePortable(parseModule(text))).toThrow(message);
});

test("a call of a function that is known becomes direct", () => {
  expect(run("canonicalize", indirect)).toContain(
    `func.func @main(%arg0: ${T}) -> ${T} {\n    %0 = call @twice(%arg0) : (${T}) -> ${T}\n    return %0`,
  );
});

test("a cast between sizes that are known and such that are not is nothing once shapes are refined", () => {
  const text = main(
    `func.func @main(%arg0: tensor<?xf32>) -> tensor<?xf32> {`,
    `  %0 = builtin.unrealized_conversion_cast %arg0 : tensor<?xf32> to tensor<?xf32>`,
    `  %1 = stablehlo.negate %0 : tensor<?xf32>`,
    `  return %1 : tensor<?xf32>`,
    "}",
  );
  expect(run(`refine-shapes{inputs="${T}"}`, text)).toContain(
    `func.func @main(%arg0: ${T}) -> ${T} {\n    %0 = stablehlo.negate %arg0 : ${T}`,
  );
});

/** Written by jaxlib 0.11.2, whose own reader ends by the first. */
test.each([
  [
    "casts of a program stay, those between the two writings of a type go",
    "TUzvUg1TdGFibGVITE9fdjEuMTMuMAABGwUBBQsBBQsPAwcTFxsDTxshARMLExMTExMTExMDCQsLCwsBEQsHExMzEwsPAxETEwcTMx8HBwLZBQ8XAQMjFwEDSRcBCwcXAQkRFwEBARcBAwMXAQURFwEHGQMBIxsdER0TAQkLGwMJARsDEQMbAwD//////////wMbAxENAUEbAQEpAxEfKQMRFQkpAwkdKQMA//////////8VEQUTFwUZEQEXBKkFA1ALAQcEmQMBBQVQDQMHBIUDFSMFJwMvBQABBgUDBQMDAQYDAwcDAQEGDwMJAwcBBgcDGQMJAQYRBQsPBQkFAQYJAxEDDQcGCQMRAxEJBAcFCxMGAwEFAQC9FQMLBRUVEQ83CxFidWlsdGluAHZobG8AdW5yZWFsaXplZF9jb252ZXJzaW9uX2Nhc3QAbW9kdWxlAGZ1bmNfdjEAbmVnYXRlX3YxAHJldHVybl92MQAtAG1haW4AAAgVBQUBAQsTFRMXGQ==",
    main(
      "func.func @main(%arg0: tensor<4xf32>, %arg1: tensor<2xi1>) -> (tensor<?xf32>, tensor<4xi8>) {",
      "  %0 = builtin.unrealized_conversion_cast %arg0 : tensor<4xf32> to tensor<?xf32>",
      "  %1:2 = builtin.unrealized_conversion_cast %0, %arg1 : tensor<?xf32>, tensor<2xi1> to tensor<4xi8>, tensor<i1>",
      "  %2 = stablehlo.negate %1#0 : tensor<4xi8>",
      "  return %0, %2 : tensor<?xf32>, tensor<4xi8>",
      "}",
    ),
  ],
  [
    "a dictionary of VHLO may have names of MLIR's own",
    "TUzvUg1TdGFibGVITE9fdjEuMTMuMAABFwUBBQcBAwsDBQ8TAy8dAwERCxMTCwsLExMDDQsbCwsLCwMDDwJXBQsXAQEBAwMHEwUNBQ8FERcBAwMXAQUHAwENBQkRCxUFAyMBHRMdFREBAQQzBQFQAwEHBCMDAQUDUQ0FAwcEDQMBBQUADwYDAQUBAJEXAwsFBRUFFREPCxFidWlsdGluAHZobG8AbW9kdWxlAGZ1bmNfdjEAcmV0dXJuX3YxAC0Admhsby5ub3RlAGEAYgBtYWluAAAIFQUFAQELERcRGRs=",
    main("func.func @main() attributes {vhlo.note = {a = [], b = true}} {", "  return", "}"),
  ],
])("of artifacts: %s", (_, base64, text) => {
  const { module } = deserializePortable(Buffer.from(base64, "base64"));
  expect(printModule(module)).toBe(text);
});
