/** Structure: what the verifier holds every program to, whatever its ops. */
import { describe, expect, test } from "vitest";
import { Builder } from "../../src/ir/builder.js";
import { VerifyError } from "../../src/ir/errors.js";
import { makeBlock, makeOperation, makeRegion } from "../../src/ir/rewriter.js";
import { parseModule } from "../../src/ir/text/index.js";
import {
  functionType,
  quantizedType,
  tensorType,
  tokenType,
  tupleType,
  unrankedType,
} from "../../src/ir/types.js";
import { verifyModule } from "../../src/ir/verify.js";
import { inTypeClass, isCompatible } from "../../src/ir/verify-types.js";

const verify = (text: string): void => verifyModule(parseModule(text, { allowUnknownOps: true }));

describe("verifyModule", () => {
  test("says op, reason, constraint and place", () => {
    const text = `func.func @main(%x: tensor<2x3xf32>) {
  %0 = stablehlo.transpose %x, dims = [0, 0] : (tensor<2x3xf32>) -> tensor<2x2xf32>
  return
}`;
    try {
      verifyModule(parseModule(text, { file: "model.mlir" }));
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(VerifyError);
      expect((error as VerifyError).constraint).toBe("transpose_c2");
      expect((error as VerifyError).message).toBe(
        [
          "verify error: stablehlo.transpose: permutation must hold each of 0 .. 1 once, got [0, 0] [transpose_c2]",
          "  at:       model.mlir:2:8",
        ].join("\n"),
      );
    }
  });

  test("a block must end with a terminator", () => {
    const block = makeBlock([tensorType([2], "f32")]);
    Builder.atEnd(block).create("stablehlo.negate", [block.arguments[0]!], {});
    expect(() => verifyModule(moduleOf(block))).toThrow(
      "stablehlo.negate: is last in the body of func.func, which must end with a return [terminator]",
    );
  });

  test("a terminator must be last", () => {
    const block = makeBlock([tensorType([2], "f32")]);
    const builder = Builder.atEnd(block);
    builder.create("func.return", [], {});
    builder.create("func.return", [], {});
    expect(() => verifyModule(moduleOf(block))).toThrow("func.return: stands in the middle of a block");
  });

  test("a value of a body is not seen outside of it", () => {
    const block = makeBlock([tensorType([], "i1"), tensorType([2], "f32")]);
    const [pred, x] = block.arguments;
    const builder = Builder.atEnd(block);
    let inner = x!;
    const branch = () =>
      builder.region([], (_, body) => {
        inner = body.create("stablehlo.negate", [x!], {}).result;
        body.create("stablehlo.return", [inner], {});
      });
    builder.create("stablehlo.if", [pred!], {}, { regions: [branch(), branch()] });
    builder.create("stablehlo.negate", [inner], {});
    builder.create("func.return", [], {});
    expect(() => verifyModule(moduleOf(block))).toThrow(
      "stablehlo.negate: an operand is used before it is defined [dominance]",
    );
  });

  test("a type of another dialect passes through functions, but no op takes it", () => {
    const body = (line: string): string =>
      `func.func @main(%x: !my.type) -> !my.type {\n${line}\n  return %x : !my.type\n}`;
    expect(() => verify(body(""))).not.toThrow();
    expect(() => verify(body('  %0 = "stablehlo.negate"(%x) : (!my.type) -> !my.type'))).toThrow(
      'stablehlo.negate: operand "operand" cannot be !my.type [operand_type]',
    );
  });

  test("an op on a sparse tensor is left alone", () => {
    const sparse = "tensor<2xf32, #my.sparse>";
    const text = `func.func @main(%x: ${sparse}) {\n  %0 = "stablehlo.abs"(%x) : (${sparse}) -> ${sparse}\n  return\n}`;
    expect(() => verify(text)).not.toThrow();
  });

  test("an op of another dialect is left alone", () => {
    expect(() =>
      verify('func.func @main() {\n  %0 = "my.op"() : () -> tensor<2xf32>\n  return\n}'),
    ).not.toThrow();
  });
});

describe("types that cannot be", () => {
  const constraintOf = (text: string): string | undefined => {
    try {
      verify(text);
      return undefined;
    } catch (error) {
      if (error instanceof VerifyError) return error.constraint;
      throw error;
    }
  };
  const twice = (type: string): string =>
    `func.func @main(%x: ${type}) {\n  %0 = "stablehlo.add"(%x, %x) : (${type}, ${type}) -> ${type}\n  return\n}`;

  test.each([
    ["tensor<2x!quant.uniform<i8:f32, 0.5:127>>", undefined],
    ["tensor<2x!quant.uniform<i8:f32, 0.5:128>>", "quantized_element_type_c8"],
    ["tensor<2x!quant.uniform<u8:f32, 0.5:-1>>", "quantized_element_type_c8"],
    ["tensor<2x!quant.uniform<i4:f16, 105504.0>>", "quantized_element_type_c6"],
    ["tensor<2x!quant.uniform<i4:f16, 4.96e-8>>", "quantized_element_type_c6"],
    ["tensor<2x!quant.uniform<i8:f32:0, {0.5,0.25}>>", undefined],
    ["tensor<?x!quant.uniform<i8:f32:0, {0.5,0.25}>>", undefined],
    ["tensor<2x!quant.uniform<i8:f32:-1, {0.5,0.25}>>", "quantized_element_type_c11"],
    ["tensor<2x!quant.uniform<i8:f32:1, {0.5,0.25}>>", "quantized_element_type_c12"],
    ["tensor<3x!quant.uniform<i8:f32:0, {0.5,0.25}>>", "quantized_element_type_c13"],
  ])("%s breaks %s", (type, constraint) => {
    expect(constraintOf(twice(type))).toBe(constraint);
  });

  test.each([
    ["!stablehlo.future<tensor<2xf32>>", undefined],
    ["tuple<!stablehlo.token, tensor<2xf32>>", undefined],
    ["!stablehlo.future<!stablehlo.token>", "future_type"],
    ["!stablehlo.foobar", "unknown_type"],
    ["!other.type", undefined],
  ])("%s of a function breaks %s", (type, constraint) => {
    expect(constraintOf(`func.func private @f(${type})`)).toBe(constraint);
  });
});

describe("symbols", () => {
  const parallel = (call: string): string => `module {
  func.func @f(%x: tensor<i64>) -> tensor<i64> {
    return %x : tensor<i64>
  }
  func.func @feed() -> tensor<i64> {
    %c = stablehlo.constant dense<1> : tensor<i64>
    return %c : tensor<i64>
  }
  func.func @main(%x: tensor<i64>) {
    ${call}
    return
  }
}`;

  test.each([
    ['%0 = "interpreter.run_parallel"(%x) <{programs = [[@f]]}> : (tensor<i64>) -> tensor<i64>', undefined],
    [
      '%0 = "interpreter.run_parallel"(%x) <{infeed = [@feed], programs = [[@f]]}> : (tensor<i64>) -> tensor<i64>',
      undefined,
    ],
    ['"interpreter.run_parallel"() <{programs = []}> : () -> ()', "run_parallel_programs"],
    ['"interpreter.run_parallel"() <{programs = [[@f], [@f, @f]]}> : () -> ()', "run_parallel_programs"],
    ['"interpreter.run_parallel"() <{programs = [[@g]]}> : () -> ()', "symbol"],
    ['"interpreter.run_parallel"() <{programs = [[@f]]}> : () -> ()', "run_parallel_types"],
    [
      '%0 = "interpreter.run_parallel"(%x) <{infeed = [], programs = [[@f]]}> : (tensor<i64>) -> tensor<i64>',
      "run_parallel_infeed",
    ],
    [
      '%0 = "interpreter.run_parallel"(%x) <{infeed = [@main], programs = [[@f]]}> : (tensor<i64>) -> tensor<i64>',
      "run_parallel_infeed",
    ],
  ])("%s breaks %s", (call, constraint) => {
    try {
      verify(parallel(call));
      expect(constraint).toBeUndefined();
    } catch (error) {
      if (!(error instanceof VerifyError)) throw error;
      expect(error.constraint).toBe(constraint);
    }
  });

  test("a mesh that replica groups name must be there", () => {
    const program = (mesh: string): string => `module {
  sdy.mesh @mesh = <["x"=2]>
  func.func @main(%x: tensor<2xf32>) {
    %0 = "stablehlo.all_gather"(%x) <{all_gather_dim = 0 : i64, replica_groups = #stablehlo.replica_group_mesh_axes<mesh = @${mesh}, axes = [#stablehlo.axis_ref<name = "x">]>}> : (tensor<2xf32>) -> tensor<4xf32>
    return
  }
}`;
    expect(() => verify(program("mesh"))).not.toThrow();
    expect(() => verify(program("other"))).toThrow("the module does not define the mesh @other [symbol]");
  });
});

/** A module with one function whose body is `block`. */
function moduleOf(block: ReturnType<typeof makeBlock>) {
  const inputs = block.arguments.map((argument) => argument.type);
  const body = makeBlock([]);
  Builder.atEnd(body).create(
    "func.func",
    [],
    { sym_name: "main", function_type: functionType(inputs, []) },
    { regions: [makeRegion([block])] },
  );
  return makeOperation({ name: "builtin.module", regions: [makeRegion([body])] });
}

describe("compatible types", () => {
  const f32 = (shape: readonly number[], bounds?: readonly number[]) => tensorType(shape, "f32", bounds);
  const quantised = (scale: number, axis?: number) =>
    tensorType(
      [2],
      quantizedType({
        storage: "i8",
        expressed: "f32",
        scales: [scale],
        zeroPoints: [0],
        ...(axis === undefined ? {} : { axis }),
      }),
    );

  test.each([
    ["equal", f32([2]), f32([2]), true],
    ["different sizes", f32([2]), f32([3]), false],
    ["different ranks", f32([2]), f32([2, 1]), false],
    ["a dynamic size", f32([2]), f32([-1]), true],
    ["a size within a bound", f32([2]), f32([-1], [4]), true],
    ["a size beyond a bound", f32([5]), f32([-1], [4]), false],
    ["different element types", f32([2]), tensorType([2], "f16"), false],
    ["other scales", quantised(0.5), quantised(0.25), true],
    ["another granularity", quantised(0.5), quantised(0.5, 0), false],
    ["tuples", tupleType([f32([2])]), tupleType([f32([-1])]), true],
    ["tuples of other lengths", tupleType([f32([2])]), tupleType([]), false],
    ["a tensor and a token", f32([2]), tokenType, false],
    ["a rank and none", f32([2]), unrankedType("f32"), false],
  ])("%s", (_, a, b, expected) => {
    expect(isCompatible(a, b)).toBe(expected);
    expect(isCompatible(b, a)).toBe(expected);
  });

  test("classes are told apart", () => {
    expect(inTypeClass(tensorType([], "i1"), "I")).toBe(false);
    expect(inTypeClass(tensorType([], "i8"), "S")).toBe(true);
    expect(inTypeClass(tensorType([], "ui8"), "S")).toBe(false);
    expect(inTypeClass(tensorType([], "ui8"), "I")).toBe(true);
    expect(inTypeClass(tensorType([], "complex<f32>"), "F")).toBe(false);
    expect(inTypeClass(tensorType([], "index"), "IX")).toBe(true);
    expect(inTypeClass(unrankedType("f32"), "F")).toBe(false);
    expect(inTypeClass(unrankedType("f32"), "K")).toBe(true);
    expect(inTypeClass(tokenType, "PIFCQA")).toBe(false);
  });
});

test("an empty list of pairs is no list", () => {
  const text = `func.func @main(%x: tensor<2xf32>, %t: !stablehlo.token) -> !stablehlo.token {
  %0 = "stablehlo.send"(%x, %t) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 1>, source_target_pairs = dense<> : tensor<0xi64>}> : (tensor<2xf32>, !stablehlo.token) -> !stablehlo.token
  return %0 : !stablehlo.token
}`;
  expect(() => verifyModule(parseModule(text))).not.toThrow();
});

test("functions pass values of any type, which no op of StableHLO takes", () => {
  const program = (line: string): string =>
    `func.func @f(%x: i32, %g: () -> (), %n: none) -> (i32, () -> (), none) {\n  ${line}return %x, %g, %n : i32, () -> (), none\n}`;
  verifyModule(parseModule(program("")));
  expect(() => {
    verifyModule(parseModule(program('%0 = "stablehlo.negate"(%x) : (i32) -> i32\n  ')));
  }).toThrow('operand "operand" cannot be i32 [operand_type]');
});

test("a memref of any layout is a buffer", () => {
  const call = (type: string): string =>
    `func.func @f(%x: ${type}) {\n  stablehlo.custom_call @g(%x) : (${type}) -> ()\n  return\n}`;
  verify(call("memref<2x4xf32, affine_map<(d0, d1) -> (d1, d0)>>"));
  expect(() => {
    verify(call("!my.buffer"));
  }).toThrow('operand "inputs" cannot be !my.buffer [operand_type]');
});

test("an op of a model takes tensors of known sizes, as what it computes depends on them", () => {
  const of = (type: string): string => `func.func @main(%x: ${type}) {
  %0 = "nn.softplus"(%x) : (${type}) -> ${type}
  return
}`;
  expect(() => verifyModule(parseModule(of("tensor<2x3x4xf32>")))).not.toThrow();
  expect(() => verifyModule(parseModule(of("tensor<2x?x4xf32, #stablehlo.bounds<?, 3, ?>>")))).toThrow(
    "nn.softplus: takes tensors of known sizes, got tensor<2x?x4xf32, #stablehlo.bounds<?, 3, ?>> [known_sizes]",
  );
});

test("an op of a model takes tensors of sizes below 2^31: places along an axis are i32 in what it becomes", () => {
  const of = (size: number): string => `func.func @main(%x: tensor<0x${size}xf32>) {
  %0 = "nn.softplus"(%x) : (tensor<0x${size}xf32>) -> tensor<0x${size}xf32>
  return
}`;
  expect(() => verifyModule(parseModule(of(2 ** 31 - 1)))).not.toThrow();
  expect(() => verifyModule(parseModule(of(2 ** 31)))).toThrow(
    "nn.softplus: takes tensors of sizes below 2^31, got tensor<0x2147483648xf32> [size]",
  );
});
