/** What cannot be written, and bytes that are no artifact: the whole texts of the errors. */
import { describe, expect, test } from "vitest";
import { builtinAttributes as builtin, builtinTypes } from "../../../src/ir/bytecode/builtin.js";
import { type Entity, EntityPool } from "../../../src/ir/bytecode/entity.js";
import { BytecodeError, deserializePortable, serializePortable } from "../../../src/ir/bytecode/index.js";
import type { BytecodeOperation } from "../../../src/ir/bytecode/program.js";
import { schema } from "../../../src/ir/bytecode/schema.js";
import { vhloAttributes as vhlo, vhloScalars, vhloTypes } from "../../../src/ir/bytecode/vhlo-codecs.js";
import { stablehloStructs as structs } from "../../../src/ir/bytecode/stablehlo-codecs.js";
import { writeProgram } from "../../../src/ir/bytecode/write-program.js";
import { VerifyError } from "../../../src/ir/errors.js";
import { parseModule } from "../../../src/ir/text/index.js";

const inMain = (...lines: readonly string[]): string =>
  `func.func @main(%x: tensor<4xf32>) {\n${lines.map((line) => `  ${line}\n`).join("")}  return\n}\n`;

describe("a program without portable form says operation, reason, place and what to do", () => {
  test.each([
    [
      inMain("%0 = chlo.erf %x : tensor<4xf32> -> tensor<4xf32>"),
      "chlo.erf: dialect chlo has no portable form",
      "f.mlir:2:8",
      "decompose the chlo ops first; some of unknown shape need refine-shapes before that",
    ],
    [
      inMain("%0 = stablehlo.abs %x {note = 1 : i2} : tensor<4xf32>"),
      "stablehlo.abs: a number of i2 cannot be an attribute: readers of portable artifacts abort on it",
      "f.mlir:2:8",
      undefined,
    ],
    [
      inMain(
        "%0 = stablehlo.abs %x {note = #stablehlo.dot<lhs_contracting_dimensions = [0], rhs_contracting_dimensions = [0]>} : tensor<4xf32>",
      ),
      "stablehlo.abs: the attribute #stablehlo.dot has no portable form",
      "f.mlir:2:8",
      undefined,
    ],
    [
      inMain("%0 = stablehlo.abs %x {note = 1 : si32} : tensor<4xf32>"),
      "stablehlo.abs: si32 has no portable form: integers there are signless or unsigned",
      "f.mlir:2:8",
      undefined,
    ],
    [
      "func.func @main(%x: tensor<4xsi32>) {\n  return\n}\n",
      "func.func: si32 has no portable form: integers there are signless or unsigned",
      "f.mlir:1:1",
      undefined,
    ],
  ])("%#", (text, message, where, hint) => {
    const module = parseModule(text, { file: "f.mlir" });
    const tail = hint === undefined ? "" : `\n  hint:     ${hint}`;
    const expected = `portability error: ${message}\n  at:       ${where}${tail}`;
    expect(() => serializePortable(module, { verify: false })).toThrow(expected);
  });

  test("a dialect named as what every object has gets no hint", () => {
    const text = 'func.func @main() {\n  "constructor.x"() : () -> ()\n  return\n}\n';
    const module = parseModule(text, { file: "f.mlir", allowUnknownOps: true });
    expect(() => serializePortable(module, { verify: false })).toThrow(
      /^portability error: constructor\.x: dialect constructor has no portable form\n {2}at: {7}f\.mlir:2:3$/,
    );
  });

  test("a program that breaks a rule is not written: readers give no reason", () => {
    const text = inMain("%0 = stablehlo.transpose %x, dims = [1] : (tensor<4xf32>) -> tensor<4xf32>");
    expect(() => serializePortable(parseModule(text))).toThrow(VerifyError);
  });
});

/** Artifacts that no writer makes. */
const pool = new EntityPool();
const unknown = pool.make(builtin.unknown);
const f32 = pool.make(vhloTypes.tensor, [2n], pool.make(vhloScalars.f32));

function operation(name: string, parts: Partial<BytecodeOperation> = {}): BytecodeOperation {
  const empty = {
    location: unknown,
    discardable: undefined,
    properties: [],
    operands: [],
    results: [],
    regions: [],
  };
  return { name, ...empty, isolated: true, offset: 0, ...parts };
}

function moduleOf(...operations: readonly BytecodeOperation[]): BytecodeOperation {
  const regions = [{ blocks: [{ arguments: [], operations }] }];
  return operation("builtin.module", { properties: [undefined, undefined], regions });
}

const none = pool.make(vhlo.array, []);
const text = (value: string): Entity => pool.make(vhlo.string, value);
const function_ = (
  inputs: readonly Entity[],
  ...operations: readonly BytecodeOperation[]
): BytecodeOperation =>
  operation("vhlo.func_v1", {
    properties: [
      none,
      pool.make(vhlo.type, pool.make(vhloTypes.function, inputs, [])),
      none,
      text("f"),
      text(""),
    ],
    regions: [{ blocks: [{ arguments: inputs.map((type) => ({ type, location: undefined })), operations }] }],
  });

const artifact = (root: BytecodeOperation): Uint8Array =>
  writeProgram({ version: 6, producer: "StableHLO_v1.10.0", root }, schema, pool);
const reasonOf = (root: BytecodeOperation): string => {
  try {
    deserializePortable(artifact(root));
  } catch (error) {
    if (error instanceof BytecodeError) return error.details.message;
    throw error;
  }
  return "it is read";
};

const return_ = operation("vhlo.return_v1");
const splat = (count: bigint): Entity =>
  pool.make(vhlo.tensor, pool.make(vhloTypes.tensor, [count], pool.make(vhloScalars.i64)), new Uint8Array(8));

function nested(depth: number): BytecodeOperation {
  const region = (...operations: readonly BytecodeOperation[]) => ({
    blocks: [{ arguments: [], operations }],
  });
  let inner = return_;
  for (let i = 0; i < depth; i++) {
    const regions = [region(inner, ...(inner === return_ ? [] : [return_])), region(return_)];
    inner = operation("vhlo.if_v1", { operands: [0], regions, isolated: false });
  }
  const pred = pool.make(vhloTypes.tensor, [], pool.make(vhloScalars.i1));
  return moduleOf(function_([pred], inner, return_));
}

function doubled(times: number): Entity {
  let location = unknown;
  for (let i = 0; i < times; i++) location = pool.make(builtin.fused, [location, location]);
  return location;
}

function arrayed(times: number): Entity {
  let array = pool.make(builtin.array, []);
  for (let i = 0; i < times; i++) array = pool.make(builtin.array, [array]);
  return array;
}

describe("artifacts that no writer makes", () => {
  test.each<readonly [string | RegExp, BytecodeOperation]>([
    [
      "vhlo.add_v1 uses value 9, which is not defined yet",
      moduleOf(function_([f32], operation("vhlo.add_v1", { operands: [0, 9], results: [f32] }), return_)),
    ],
    [
      "vhlo.add_v1 uses value 1, which is not defined yet",
      moduleOf(function_([f32], operation("vhlo.add_v1", { operands: [0, 1], results: [f32] }), return_)),
    ],
    [
      "a VHLO type is wanted, got f32 of dialect builtin",
      moduleOf(function_([pool.make(builtinTypes.f32)], return_)),
    ],
    [
      "the operation lacks its attribute permutation",
      moduleOf(function_([f32], operation("vhlo.transpose_v1", { operands: [0], results: [f32] }), return_)),
    ],
    [
      "attribute permutation of vhlo.transpose_v1 must be i64[]",
      moduleOf(
        function_(
          [f32],
          operation("vhlo.transpose_v1", { operands: [0], results: [f32], properties: [text("no")] }),
          return_,
        ),
      ),
    ],
    [
      "an attribute cannot be a list of 1099511627776 numbers",
      moduleOf(
        function_(
          [f32],
          operation("vhlo.transpose_v1", { operands: [0], results: [f32], properties: [splat(2n ** 40n)] }),
          return_,
        ),
      ),
    ],
    ["regions nest more than 128 deep", nested(200)],
    [/^attribute \d+ holds more than 1000000 others$/, { ...moduleOf(), location: doubled(40) }],
    [/^attribute \d+ nests more than 256 deep$/, { ...moduleOf(), discardable: arrayed(300) }],
    ["vhlo array is no location", { ...moduleOf(), location: none }],
    ["a module is wanted, got vhlo.return_v1", return_],
  ])("%s", (reason, root) => {
    if (typeof reason === "string") expect(reasonOf(root)).toBe(reason);
    else expect(reasonOf(root)).toMatch(reason);
  });

  test("the largest nesting that is read", () => {
    expect(() => deserializePortable(artifact(nested(120)))).not.toThrow();
  });

  test("an operation of a newer version is named", () => {
    const bytes = artifact(
      moduleOf(function_([f32], operation("vhlo.add_v1", { operands: [0, 0], results: [f32] }), return_)),
    );
    const at = Buffer.from(bytes).indexOf("add_v1");
    bytes.set(Buffer.from("add_v9"), at);
    expect(() => deserializePortable(bytes)).toThrow(
      "bytecode error: operation vhlo.add_v9 is unknown\n  at:       byte ",
    );
  });

  test("newer bytecode is refused by its version", () => {
    const bytes = artifact(moduleOf());
    bytes[4] = 0x0f;
    expect(() => deserializePortable(bytes)).toThrow(
      "bytecode error: bytecode version 7 is newer than 6, the newest known\n  at:       byte 4",
    );
  });

  test("an attribute that contains itself is refused", () => {
    const bytes = artifact({ ...moduleOf(), location: pool.make(builtin.fused, [unknown]) });
    // The one item of the fused location, attribute 0 or 1, becomes the location itself.
    const at = Buffer.from(bytes).indexOf(Buffer.from([0x19, 0x03]));
    const readings = [0x01, 0x03].map((item) => {
      bytes[at + 2] = item;
      try {
        deserializePortable(bytes);
        return "it is read";
      } catch (error) {
        return (error as BytecodeError).details.message;
      }
    });
    expect(readings.sort()).toEqual(["attribute 0 contains itself", "it is read"].sort());
  });
});

describe("parts of a mesh that are something else", () => {
  const axes = pool.make(vhlo.array, [text("x")]);
  test.each([
    ["axes of #stablehlo.mesh must be a list of mesh_axis", pool.make(vhlo.mesh, axes, undefined)],
    ["axes of #stablehlo.mesh must be a list of mesh_axis", pool.make(vhlo.mesh, text("x"), undefined)],
    ["device_ids of #stablehlo.mesh must be elements", pool.make(vhlo.mesh, none, text("x"))],
    ["name of #stablehlo.mesh_axis must be string", pool.make(vhlo.meshAxis, none, 2n)],
    [
      "sub_axis_info of #stablehlo.axis_ref must be sub_axis_info",
      pool.make(vhlo.axisRef, text("x"), text("y")),
    ],
    ["axes of #stablehlo.mesh must be a list of mesh_axis", pool.make(structs.mesh, text("x"), undefined)],
  ])("%s", (reason, value) => {
    const discardable = pool.make(builtin.dictionary, [[pool.make(builtin.string, "my.a"), value]]);
    expect(reasonOf(moduleOf(function_([], { ...return_, discardable })))).toBe(reason);
  });
});
