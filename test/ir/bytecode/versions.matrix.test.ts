/** Versions: what each needs, older operations, and refusals. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  deserializePortable,
  minimumVersion,
  newestVersion,
  PortabilityError,
  serializePortable,
} from "../../../src/ir/bytecode/index.js";
import { bytecodeVersionOf } from "../../../src/ir/bytecode/bytecode-version.js";
import { vhloVersions } from "../../../src/ir/bytecode/vhlo-ops.js";
import { type Operation, walk } from "../../../src/ir/operation.js";
import { opDefinitions } from "../../../src/ir/ops/index.js";
import { minorVersions, type ProgramForm } from "../../../src/ir/verify-version.js";
import { anyType, moduleOf, planOf } from "./random-modules.js";
import { parseModule, printModule } from "../../../src/ir/text/index.js";
import { tries } from "../../../tools/vitest/properties.js";

const inMain = (head: string, ...lines: readonly string[]): string =>
  `module {\n  func.func @main${head} {\n${lines.map((line) => `    ${line}\n`).join("")}  }\n}\n`;
const unary = (op: string, type = "tensor<4xf32>"): string =>
  inMain(`(%arg0: ${type}) -> ${type}`, `%0 = stablehlo.${op} %arg0 : ${type}`, `return %0 : ${type}`);
const parse = (text: string) => parseModule(text, { file: "f.mlir" });

const minorNeeded = (module: Operation, form: ProgramForm): number =>
  Math.max(...[...walk(module)].map(minorVersions(form)));

const programs: readonly (readonly [version: string, reason: string | undefined, text: string])[] = [
  ["0.9.0", undefined, unary("abs")],
  ["0.9.0", undefined, unary("tanh")],
  ["1.4.0", "operation vhlo.tan_v1", unary("tan")],
  ["1.7.0", "attribute function_type", unary("abs", "tensor<4xf8E4M3>")],
  [
    "1.10.0",
    "attribute result_accuracy",
    inMain(
      "(%arg0: tensor<f32>) -> tensor<f32>",
      "%0 = stablehlo.tanh %arg0 {result_accuracy = #stablehlo.result_accuracy<mode = #stablehlo.result_accuracy_mode<HIGHEST>>} : tensor<f32>",
      "return %0 : tensor<f32>",
    ),
  ],
  [
    "1.6.0",
    "attribute lhs_precision_type",
    inMain(
      "(%arg0: tensor<4xf32>) -> tensor<f32>",
      "%0 = stablehlo.dot_general %arg0, %arg0, contracting_dims = [0] x [0], algorithm = <lhs_precision_type = f32, rhs_precision_type = f32, accumulation_type = f32, lhs_component_count = 1, rhs_component_count = 1, num_primitive_operations = 1, allow_imprecise_accumulation = false> : (tensor<4xf32>, tensor<4xf32>) -> tensor<f32>",
      "return %0 : tensor<f32>",
    ),
  ],
  [
    "1.3.0",
    "a dictionary as backend_config",
    inMain(
      "()",
      "%0 = stablehlo.custom_call @f() {api_version = 4 : i32, backend_config = {a = 1 : i64}} : () -> tensor<f32>",
      "return",
    ),
  ],
  ["1.11.0", "operation sdy.mesh", 'module {\n  sdy.mesh @mesh = <["x"=2]>\n}\n'],
];

describe("minimumVersion", () => {
  test.each(programs)("%s because of %s", (version, reason, text) => {
    const minimum = minimumVersion(parse(text));
    expect(minimum.version).toBe(version);
    expect(minimum.because?.reason).toBe(reason);
  });

  test.each(programs)("%s (%s): the program can be written there, and comes back", (version, _, text) => {
    const bytes = serializePortable(parse(text), { targetVersion: version });
    const artifact = deserializePortable(bytes);
    expect(printModule(artifact.module)).toBe(printModule(parse(text)));
    expect(artifact.version).toBe(version);
  });
});

describe("targetVersion", () => {
  test("is 1.10.0 when nothing needs a later one", () => {
    expect(deserializePortable(serializePortable(parse(unary("tanh")))).version).toBe("1.10.0");
  });

  test("is what the module needs when that is later", () => {
    const text = `module {\n  sdy.mesh @mesh = <["x"=2]>\n}\n`;
    expect(deserializePortable(serializePortable(parse(text))).version).toBe("1.11.0");
  });

  test("too old for an operation: it is named, with its place and the version it needs", () => {
    expect(() => serializePortable(parse(unary("tan")), { targetVersion: "1.3.0" })).toThrow(
      [
        "portability error: stablehlo.tan: operation vhlo.tan_v1 needs StableHLO 1.4.0, the target is 1.3.0",
        "  at:       f.mlir:3:10",
        "  hint:     write for 1.4.0 or later, if the reader knows it",
      ].join("\n"),
    );
  });

  test.each([
    ["1.10", '"1.10" is no StableHLO version', "major.minor.patch, e.g. 1.10.0"],
    ["0.8.0", "StableHLO 0.8.0 cannot be written", "a version from 0.9.0 to 1.20.0"],
    ["2.0.0", "StableHLO 2.0.0 cannot be written", "a version from 0.9.0 to 1.20.0"],
  ])("%s is refused", (targetVersion, message, expected) => {
    expect(() => serializePortable(parse(unary("abs")), { targetVersion })).toThrow(
      `usage error: ${message}\n  expected: ${expected}`,
    );
  });

  test.each([
    ["0.9.0", 0],
    ["0.10.0", 1],
    ["0.12.0", 3],
    ["0.14.0", 4],
    ["0.15.0", 6],
    [newestVersion, 6],
  ] as const)("%s is written in bytecode version %d", (targetVersion, bytecodeVersion) => {
    expect(bytecodeVersionOf(targetVersion)).toBe(bytecodeVersion);
    const text = unary("tanh");
    const artifact = deserializePortable(serializePortable(parse(text), { targetVersion }));
    expect(artifact.bytecodeVersion).toBe(bytecodeVersion);
    expect(printModule(artifact.module)).toBe(text);
  });
});

test("a program written for 0.9.0 reads as the one written for the newest", () => {
  const text = inMain(
    "(%arg0: tensor<3x4xf32>, %arg1: tensor<2x1xi32>) -> tensor<2x4xf32>",
    '%0 = "stablehlo.gather"(%arg0, %arg1) <{dimension_numbers = #stablehlo.gather<offset_dims = [1], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>, slice_sizes = array<i64: 1, 4>}> : (tensor<3x4xf32>, tensor<2x1xi32>) -> tensor<2x4xf32>',
    "return %0 : tensor<2x4xf32>",
  );
  for (const targetVersion of ["0.9.0", newestVersion]) {
    const bytes = serializePortable(parse(text), { targetVersion });
    expect(printModule(deserializePortable(bytes).module)).toBe(text);
  }
});

const newest = Number(newestVersion.split(".")[1]);
const kept = new Set(["builtin.module", "func.func", "sdy.mesh", "func.return", "stablehlo.return"]);
const portable = opDefinitions.filter(({ name }) => vhloVersions(name) !== undefined && !kept.has(name));

function canBeWritten(module: Operation, targetVersion: string): boolean {
  try {
    serializePortable(module, { targetVersion, verify: false });
    return true;
  } catch (error) {
    if (error instanceof PortabilityError) return false;
    throw error;
  }
}

describe("what a plugin of an older StableHLO is not given", () => {
  test.each(portable.map((definition) => [definition.name, definition] as const))(
    "%s: exactly what has no portable form of its version, whatever its attributes and types",
    (_, definition) => {
      fc.assert(
        fc.property(planOf(definition), anyType, (plan, type) => {
          const module = moduleOf([plan], [type]);
          const needed = minorNeeded(module, "portable");
          const near = [0, needed - 1, needed, newest].filter((minor) => minor >= 0 && minor <= newest);
          expect(near.map((minor) => [minor, canBeWritten(module, `1.${minor}.0`)])).toEqual(
            near.map((minor) => [minor, minor >= needed]),
          );
        }),
        tries(6),
      );
    },
  );

  test("all_gather of two operands is of version 1.5", () => {
    const gather = (count: number): Operation => {
      const types = Array<string>(count).fill("tensor<4xf32>").join(", ");
      const operands = ["%arg0", "%arg1"].slice(0, count).join(", ");
      const line = `%0:${count} = "stablehlo.all_gather"(${operands}) <{all_gather_dim = 0 : i64, replica_groups = dense<0> : tensor<1x1xi64>}> : (${types}) -> (${types})`;
      return parse(inMain("(%arg0: tensor<4xf32>, %arg1: tensor<4xf32>)", line, "return"));
    };
    expect([gather(1), gather(2)].map((module) => minorNeeded(module, "portable"))).toEqual([0, 5]);
  });

  test.each([
    ["exponential", 9],
    ["tanh", 10],
    ["tan", 10],
  ])("%s may be asked for its accuracy since 1.%d", (name, minor) => {
    const line = `%0 = stablehlo.${name} %arg0 {result_accuracy = #stablehlo.result_accuracy<mode = #stablehlo.result_accuracy_mode<HIGHEST>>} : tensor<f32>`;
    const module = parse(inMain("(%arg0: tensor<f32>)", line, "return"));
    expect(minorNeeded(module, "portable")).toBe(minor);
  });
});

describe("what artifacts hold since 1.11, and text always did", () => {
  const absWith = (attribute: string): string => unary("abs").replace("%arg0 :", `%arg0 {${attribute}} :`);
  const shardyOf = (type: string): string =>
    inMain(
      `(%arg0: ${type}) -> ${type}`,
      `%0 = sdy.propagation_barrier %arg0 allowed_direction=NONE : ${type}`,
      `return %0 : ${type}`,
    );

  test.each([
    ["an op of Shardy", shardyOf("tensor<4xf32>"), 11, 0],
    ["an op of Shardy with a quantised type", shardyOf("tensor<4x!quant.uniform<i8:f32, 5.0e-01>>"), 11, 0],
    ["an op of Shardy with a type of 1.8", shardyOf("tensor<4xf4E2M1FN>"), 11, 8],
    ["a sharding", absWith("sdy.sharding = #sdy.sharding_per_value<[<@mesh, [{}]>]>"), 11, 0],
    ["a unit attribute", absWith("a"), 11, 0],
    ["a list in a dictionary", absWith("a = {b = [unit]}"), 11, 0],
    ["a symbol in a symbol", absWith("a = @b::@c"), 11, 0],
    ["an op of 1.4", unary("tan"), 4, 4],
  ])("%s", (_, text, portable, asText) => {
    const module = parse(text);
    expect(minorNeeded(module, "portable")).toBe(portable);
    expect(minorNeeded(module, "text")).toBe(asText);
    expect(minimumVersion(module).version).toBe(`1.${portable}.0`);
    expect(canBeWritten(module, `1.${portable}.0`)).toBe(true);
    expect(canBeWritten(module, `1.${portable - 1}.0`)).toBe(false);
  });

  test("a resource stands in artifacts as attributes of other dialects do", () => {
    const text = 'module {\n  sdy.mesh @mesh = <["x"=2]> {a = dense_resource<weights> : tensor<2xf32>}\n}\n';
    expect(minimumVersion(parse(text)).version).toBe("1.11.0");
    expect(minimumVersion(parse(absWith("a = dense_resource<weights> : tensor<2xf32>"))).version).toBe(
      "1.11.0",
    );
  });
});
