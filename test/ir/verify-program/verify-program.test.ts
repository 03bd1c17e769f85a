/** Programs that are right operation by operation, and that a compiler's process would not survive or never finish. */
import { describe, expect, test } from "vitest";
import { VerifyError } from "../../../src/ir/errors.js";
import { parseModule } from "../../../src/ir/text/index.js";
import { verifyModule } from "../../../src/ir/verify.js";
import { type ProgramRules, verifyProgram } from "../../../src/ir/verify-program/index.js";

/** What the rules say of a program that verifies: the whole error as a person sees it, or "accepted". */
function verdict(text: string, rules?: ProgramRules): string {
  const module = parseModule(text);
  verifyModule(module);
  try {
    verifyProgram(module, rules);
    return "accepted";
  } catch (error) {
    if (error instanceof VerifyError) return error.message;
    throw error;
  }
}

const main = (parameters: string, results: string, body: string): string =>
  `func.func @main(${parameters}) -> ${results} {\n${body}\n}`;

/** One operation on arguments, whose result is returned. */
const single = (parameters: string, result: string, operation: string): string =>
  main(parameters, result, `  %0 = ${operation}\n  return %0 : ${result}`);

/** A function that calls others, each with the result of the one before. */
const calling = (name: string, ...callees: readonly string[]): string =>
  [
    `func.func ${name === "main" ? "public" : "private"} @${name}(%a0: tensor<f32>) -> tensor<f32> {`,
    ...callees.map(
      (callee, i) => `  %a${i + 1} = func.call @${callee}(%a${i}) : (tensor<f32>) -> tensor<f32>`,
    ),
    `  return %a${callees.length} : tensor<f32>`,
    "}",
  ].join("\n");

describe("the call graph", () => {
  test("a function that calls itself is refused", () => {
    expect(verdict(calling("main", "main"))).toMatchInlineSnapshot(`
      "verify error: func.call: functions call each other in a circle, and calls are inlined [call_cycle]
        expected: a call graph without cycles
        got:      @main -> @main
        at:       -:2:9
        hint:     write the repetition as a while loop"
    `);
  });

  test("a cycle through branches and other functions is shown as a path", () => {
    const branch = `func.func private @b(%a: tensor<f32>) -> tensor<f32> {
  %p = stablehlo.constant dense<true> : tensor<i1>
  %0 = "stablehlo.if"(%p) ({
    %1 = func.call @c(%a) : (tensor<f32>) -> tensor<f32>
    stablehlo.return %1 : tensor<f32>
  }, {
    stablehlo.return %a : tensor<f32>
  }) : (tensor<i1>) -> tensor<f32>
  return %0 : tensor<f32>
}`;
    expect(verdict([calling("main", "b"), branch, calling("c", "b")].join("\n"))).toContain(
      "got:      @b -> @c -> @b",
    );
  });

  test("a composite whose decomposition holds it is refused", () => {
    const program = `func.func @main(%a: tensor<f32>) -> tensor<f32> {
  %0 = stablehlo.composite "my.op" %a {decomposition = @main} : (tensor<f32>) -> tensor<f32>
  return %0 : tensor<f32>
}`;
    expect(verdict(program)).toContain("[call_cycle]");
    const inDictionary = program.replace(
      'stablehlo.composite "my.op" %a {decomposition = @main}',
      "stablehlo.custom_call @Sharding(%a) {f = {g = @main}}",
    );
    expect(verdict(inDictionary)).toContain("[call_cycle]");
  });

  test("functions that double at each level are refused by what they expand to", () => {
    const levels = Array.from({ length: 40 }, (_, i) => calling(`f${i}`, `f${i + 1}`, `f${i + 1}`));
    expect(verdict([calling("main", "f0"), ...levels, calling("f40")].join("\n"))).toMatchInlineSnapshot(`
      "verify error: func.func: @f20 is too large once its calls are inlined [call_expansion]
        expected: at most 2097152 operations
        got:      4194301
        at:       -:105:1
        hint:     call the function in a while loop, or fewer times"
    `);
  });

  test("a chain of 2,000 functions and a function that is called 1,000 times are fine", () => {
    const chain = Array.from({ length: 2000 }, (_, i) => calling(`f${i}`, `f${i + 1}`));
    expect(verdict([calling("main", "f0"), ...chain, calling("f2000")].join("\n"))).toBe("accepted");
    const calls = Array.from({ length: 1000 }, () => "f");
    expect(verdict([calling("main", ...calls), calling("f")].join("\n"))).toBe("accepted");
  });
});

describe("sizes", () => {
  test("2^40 elements are refused, one less is not", () => {
    const iota = (size: number): string => {
      const type = `tensor<${size}xui8>`;
      return main(
        "",
        "tensor<ui8>",
        `  %0 = stablehlo.iota dim = 0 : ${type}
  %1 = stablehlo.slice %0 [0:1] : (${type}) -> tensor<1xui8>
  %2 = stablehlo.reshape %1 : (tensor<1xui8>) -> tensor<ui8>
  return %2 : tensor<ui8>`,
      );
    };
    expect(verdict(iota(2 ** 40 - 1))).toBe("accepted");
    expect(verdict(iota(2 ** 40))).toMatchInlineSnapshot(`
      "verify error: stablehlo.iota: tensor<1099511627776xui8> has too many elements for a compiler to count [value_size]
        expected: fewer than 2^40 elements, empty dimensions counted as 1
        at:       -:2:8
        hint:     compute it in parts"
    `);
  });

  test("an empty dimension does not make the others small", () => {
    const type = "tensor<1099511627776x0xf32>";
    expect(verdict(main(`%a: ${type}`, type, `  return %a : ${type}`))).toContain("[value_size]");
  });
});

describe("custom calls", () => {
  const call = (name: string, more = ""): string =>
    single(
      "%a: tensor<4xf32>",
      "tensor<4xf32>",
      `stablehlo.custom_call @${name}(%a)${more} : (tensor<4xf32>) -> tensor<4xf32>`,
    );

  test("a name that nothing is known of is refused, and let through when it is allowed", () => {
    expect(verdict(call("TopK"))).toMatchInlineSnapshot(`
      "verify error: stablehlo.custom_call: @TopK is code of the plugin that may trust its operands and end the process [custom_call_target]
        at:       -:2:8
        hint:     allow it by name if you trust the program: --allow-custom-call TopK"
    `);
    expect(verdict(call("TopK"), { allowCustomCalls: ["TopK"] })).toBe("accepted");
  });

  test("markers of shardings are accepted with one tensor in and out, refused otherwise", () => {
    expect(verdict(call("Sharding"))).toBe("accepted");
    const none = single("", "tensor<4xf32>", "stablehlo.custom_call @Sharding() : () -> tensor<4xf32>");
    expect(verdict(none)).toMatchInlineSnapshot(`
      "verify error: stablehlo.custom_call: @Sharding is code of the plugin that may trust its operands and end the process [custom_call_target]
        expected: one tensor as operand and one as result
        got:      0 operands and 1 results
        at:       -:2:8
        hint:     allow it by name if you trust the program: --allow-custom-call Sharding"
    `);
  });

  test("memory of any content is accepted where nothing goes in and a tensor of a known size comes out", () => {
    const room = (type: string) =>
      single("", type, `stablehlo.custom_call @AllocateBuffer() : () -> ${type}`);
    expect(verdict(room("tensor<4xf32>"))).toBe("accepted");
    expect(verdict(room("tensor<?xf32>"))).toContain("[custom_call_target]");
    expect(verdict(call("AllocateBuffer"))).toMatchInlineSnapshot(`
      "verify error: stablehlo.custom_call: @AllocateBuffer is code of the plugin that may trust its operands and end the process [custom_call_target]
        at:       -:2:8
        hint:     allow it by name if you trust the program: --allow-custom-call AllocateBuffer"
    `);
  });

  test("JAX's kernels are accepted through the interface that checks types only", () => {
    expect(verdict(call("lapack_spotrf_ffi", " {api_version = 4 : i32, backend_config = {}}"))).toBe(
      "accepted",
    );
    expect(verdict(call("lapack_spotrf_ffi"))).toContain("got:      api_version = 1");
    expect(verdict(call("lapack_spotrf_ffi", " {mhlo.backend_config = {uplo = 76 : ui8}}"))).toBe("accepted");
    expect(verdict(call("lapack_spotrf_ffi", ' {mhlo.backend_config = "uplo"}'))).toContain(
      "[custom_call_target]",
    );
    expect(
      verdict(call("lapack_spotrf_ffi", " {api_version = 2 : i32, mhlo.backend_config = {}}")),
    ).toContain("[custom_call_target]");
  });
});

describe("collectives", () => {
  const gather = (rows: number, groups: string, attributes = ""): string => {
    const type = `tensor<${rows}x3xf32>`;
    return `module @m${attributes} {\n  ${single(
      `%a: ${type}`,
      type,
      `"stablehlo.all_gather"(%a) <{all_gather_dim = 1 : i64, replica_groups = ${groups}}> : (${type}) -> ${type}`,
    )}\n}`;
  };

  test("one over no elements is refused", () => {
    expect(verdict(gather(1, "dense<0> : tensor<1x1xi64>"))).toBe("accepted");
    expect(verdict(gather(0, "dense<0> : tensor<1x1xi64>"))).toContain("[collective_empty]");
  });

  test("one that names a device outside of the run is refused, in groups and in pairs", () => {
    const two = "dense<[[0], [1]]> : tensor<2x1xi64>";
    expect(verdict(gather(1, two, " attributes {mhlo.num_replicas = 2 : i32}"))).toBe("accepted");
    expect(verdict(gather(1, two))).toMatchInlineSnapshot(`
      "verify error: stablehlo.all_gather: names device 1, which takes no part [collective_participant]
        expected: ids below 1, the module's replicas times its partitions
        got:      1
        at:       -:3:8
        hint:     set mhlo.num_replicas or mhlo.num_partitions of the module, or leave the device out"
    `);
    const permute = single(
      "%a: tensor<3xf32>",
      "tensor<3xf32>",
      '"stablehlo.collective_permute"(%a) <{source_target_pairs = dense<[[0, 2]]> : tensor<1x2xi64>}> : (tensor<3xf32>) -> tensor<3xf32>',
    );
    expect(verdict(permute)).toContain("names device 2, which takes no part");
  });

  const axis = (fields: string): string => `#stablehlo.axis_ref<${fields}>`;
  const x = axis('name = "x"');
  const alongMesh = (mesh: string, axes: string, devices = 4): string =>
    `module @m attributes {mhlo.num_partitions = ${devices} : i32} {
  sdy.mesh @mesh = <["x"=2, "y"=2]>
  sdy.mesh @twice = <["x"=2, "y"=2], device_ids=[3, 2, 1, 0]>
  ${single(
    "%a: tensor<3xf32>",
    "tensor<3xf32>",
    `"stablehlo.collective_broadcast"(%a) <{replica_groups = #stablehlo.replica_group_mesh_axes<mesh = ${mesh}, axes = [${axes}]>}> : (tensor<3xf32>) -> tensor<3xf32>`,
  )}\n}`;
  const literal = (size: number): string =>
    `#stablehlo.mesh<axes=[<name = "x", size = ${size}>, <name = "y", size = 1>]>`;

  test("along the axes of a mesh of the devices that run the program is accepted", () => {
    expect(verdict(alongMesh("@mesh", x))).toBe("accepted");
    expect(verdict(alongMesh("@twice", `${axis('name = "y"')}, ${x}`))).toBe("accepted");
    expect(verdict(alongMesh(literal(4), axis('name = "x", sub_axis_info = (2)2')))).toBe("accepted");
  });

  test.each([
    ["an axis twice", alongMesh("@mesh", `${x}, ${x}`), 'axis "x" is used twice [collective_mesh]'],
    [
      "a part that does not divide its axis",
      alongMesh("@mesh", axis('name = "x", sub_axis_info = (3)7')),
      '"x":(3)7 does not divide its axis, whose size is 2 [collective_mesh]',
    ],
    [
      "an axis that the mesh has not",
      alongMesh("@mesh", axis('name = "z"')),
      'the mesh has no axis "z" [collective_mesh]',
    ],
    ["texts", alongMesh("@mesh", '"x"'), "names its devices by what are no axes [collective_mesh]"],
    ["numbers", alongMesh("@mesh", "0 : i64"), "names its devices by what are no axes [collective_mesh]"],
    ["a function", alongMesh("@main", x), "names its devices by what is no mesh [collective_mesh]"],
    [
      "a mesh of no devices",
      alongMesh(literal(0), x),
      'axis "x" must have a size of at least 1 [collective_mesh]',
    ],
    [
      "a mesh of devices that do not run the program",
      alongMesh("@mesh", x, 2),
      "names the devices of a mesh, which has 4 [collective_participant]\n  expected: a mesh of 2, the module's replicas times its partitions\n",
    ],
  ])("along %s, which would end the process or be refused later, is refused", (_, program, message) => {
    expect(verdict(program)).toContain(message);
  });
});

describe("attributes of the module", () => {
  const withAttribute = (attribute: string): string =>
    `module @m attributes {${attribute}} {\n  func.func @main(%a: tensor<f32>) -> tensor<f32> {\n    return %a : tensor<f32>\n  }\n}`;

  test("what XLA reads without a look at the program is refused", () => {
    expect(
      verdict(
        withAttribute(
          "mhlo.input_output_alias = [{alias = {parameter_number = 7 : i64}, output_index = [9]}]",
        ),
      ),
    ).toMatchInlineSnapshot(`
      "verify error: builtin.module: the module's attribute mhlo.input_output_alias is believed by plugins without a look at the program [module_attribute]
        expected: one of jax.uses_shape_polymorphism, mhlo.frontend_attributes, mhlo.is_dynamic, mhlo.num_partitions, mhlo.num_replicas, mhlo.use_auto_spmd_partitioning, mhlo.spmd_output_sharding, or none
        at:       -:1:1
        hint:     remove it: donation and shardings are told by the attributes of arguments"
    `);
    expect(verdict(withAttribute('mhlo.spmd_parameters_shardings = ["{replicated}"]'))).toContain(
      "[module_attribute]",
    );
  });

  test("what is checked, and what XLA does not know, is accepted", () => {
    for (const attribute of [
      "mhlo.num_partitions = 1 : i32",
      "jax.uses_shape_polymorphism = false",
      'my.note = "x"',
    ])
      expect(verdict(withAttribute(attribute))).toBe("accepted");
  });
});

describe("shardings", () => {
  const sorting = (sharding: string): string =>
    main(
      "%a: tensor<2xi32>",
      "tensor<2xi32>",
      `  %0:2 = "stablehlo.sort"(%a, %a) <{dimension = 0 : i64}> ({
  ^bb0(%x: tensor<i32>, %y: tensor<i32>, %z: tensor<i32>, %w: tensor<i32>):
    %1 = stablehlo.compare LT, %x, %y : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %1 : tensor<i1>
  }) {mhlo.sharding = "${sharding}"} : (tensor<2xi32>, tensor<2xi32>) -> (tensor<2xi32>, tensor<2xi32>)
  return %0#0 : tensor<2xi32>`,
    );

  test.each(["{replicated}", "{{replicated}, {devices=[2]<=[2]}}", "{{replicated}, {manual}}"])(
    "%s of two values is accepted",
    (sharding) => {
      expect(verdict(sorting(sharding))).toBe("accepted");
    },
  );

  test.each([
    ["{}", 0],
    ["{{replicated}}", 1],
    ["{{replicated}, {maximal device=0}, {manual}}", 3],
  ])("%s of two values is refused", (sharding, count) => {
    expect(verdict(sorting(sharding))).toBe(
      [
        "verify error: stablehlo.sort: mhlo.sharding has shardings of other values than stablehlo.sort gives [sharding_count]",
        "  expected: 2 shardings",
        `  got:      a list of ${count}`,
        "  at:       -:2:10",
        "  hint:     a sharding in single braces is that of each value",
      ].join("\n"),
    );
  });

  test("a list for one tensor is refused, of one sharding too", () => {
    const adding = single(
      "%a: tensor<2xi32>",
      "tensor<2xi32>",
      'stablehlo.add %a, %a {mhlo.sharding = "{{replicated}}"} : tensor<2xi32>',
    );
    expect(verdict(adding)).toContain("expected: one sharding, in single braces\n  got:      a list of 1\n");
  });

  const adding = (sharding: string): string =>
    single(
      "%a: tensor<16xi32>",
      "tensor<16xi32>",
      `stablehlo.add %a, %a {mhlo.sharding = "${sharding}"} : tensor<16xi32>`,
    );

  test.each([
    "{devices=[2]<=[2]}",
    "{devices=[2]0,1}",
    "{devices=[1,2]<=[2] last_tile_dim_replicate}",
    "{devices=[1,1,2]<=[2] last_tile_dims={manual, replicated}}",
    "{devices=[1,1]0}",
    "{maximal device=0}",
  ])("%s of a tensor of one axis is accepted", (sharding) => {
    expect(verdict(adding(sharding))).toBe("accepted");
  });

  test.each([
    ["{devices=[2,1]<=[2]}", 2],
    ["{devices=[2]<=[2] last_tile_dim_replicate}", 0],
    ["{devices=[2,1,1,2]<=[4] last_tile_dims={manual}}", 3],
  ])(
    "%s of a tensor of one axis is refused, by which XLA ends the process beside other shardings",
    (sharding, axes) => {
      expect(verdict(adding(sharding))).toBe(
        [
          "verify error: stablehlo.add: mhlo.sharding of stablehlo.add cuts other axes than its value has [sharding_axes]",
          "  expected: tiles along 1 axes, of tensor<16xi32>",
          `  got:      along ${axes}`,
          "  at:       -:2:8",
          "  hint:     repeating (last_tile_dim_replicate, last_tile_dims) is an axis of its own, behind those of the value",
        ].join("\n"),
      );
    },
  );

  test("one sharding of two values is held against each", () => {
    expect(verdict(sorting("{devices=[2,1]<=[2]}"))).toBe(
      [
        "verify error: stablehlo.sort: mhlo.sharding of stablehlo.sort cuts other axes than its value has [sharding_axes]",
        "  expected: tiles along 1 axes, of tensor<2xi32>",
        "  got:      along 2",
        "  at:       -:2:10",
        "  hint:     repeating (last_tile_dim_replicate, last_tile_dims) is an axis of its own, behind those of the value",
      ].join("\n"),
    );
    expect(verdict(sorting("{{replicated}, {devices=[1,2]<=[2]}}"))).toContain("got:      along 2\n");
  });

  test.each([
    ["argument", '(%a: tensor<4x2xf32> {mhlo.sharding = "SHARDING"}) -> tensor<4x2xf32>'],
    ["result", '(%a: tensor<4x2xf32>) -> (tensor<4x2xf32> {mhlo.sharding = "SHARDING"})'],
  ])("those of an %s are held against its type", (whose, signature) => {
    const passing = (sharding: string): string =>
      `func.func @main${signature.replace("SHARDING", sharding)} {\n  return %a : tensor<4x2xf32>\n}`;
    expect(verdict(passing("{devices=[2,1]<=[2]}"))).toBe("accepted");
    expect(verdict(passing("{devices=[2]<=[2] last_tile_dims={manual, manual, manual}}"))).toBe(
      [
        `verify error: func.func: mhlo.sharding of @main's ${whose} #0 cuts other axes than its value has [sharding_axes]`,
        "  expected: tiles along 2 axes, of tensor<4x2xf32>",
        "  got:      along -2",
        "  at:       -:1:1",
        "  hint:     repeating (last_tile_dim_replicate, last_tile_dims) is an axis of its own, behind those of the value",
      ].join("\n"),
    );
    expect(verdict(passing("{{devices=[2,1]<=[2]}}"))).toContain("[sharding_count]");
  });
});

describe("what @main takes and gives", () => {
  const giving = (attribute: string): string =>
    `func.func @main(%a: tensor<4x2xf32>) -> (tensor<4x2xf32> {${attribute}}) {\n  return %a : tensor<4x2xf32>\n}`;
  const taking = (attribute: string): string =>
    `func.func @main(%a: tensor<4x2xf32> {${attribute}}) -> tensor<4x2xf32> {\n  return %a : tensor<4x2xf32>\n}`;

  test.each([
    "default",
    "auto",
    "{1,0}",
    "{ 0, 1 }",
    "{0,1:T(8,128)(2,1)S(1)}",
    "{0,1:T(*,2)E(4)L(3)M(9)}",
    "{1,0:D(D,C)}",
  ])("the layout %s of a matrix is accepted", (layout) => {
    expect(verdict(giving(`mhlo.layout_mode = "${layout}"`))).toBe("accepted");
  });

  test("an order of dimensions that is none is refused", () => {
    expect(verdict(giving('mhlo.layout_mode = "{1,1}"'))).toMatchInlineSnapshot(`
      "verify error: func.func: mhlo.layout_mode of @main's result #0 is no arrangement of tensor<4x2xf32> [layout_order]
        expected: each dimension once, from the one that varies fastest, as in "{1,0}"; then tiles of 1 or more at most
        got:      {1,1}
        at:       -:1:1
        hint:     leave it out for the usual one, or let the compiler choose by "auto""
    `);
    for (const layout of ["{}", "{0}", "{0,1,2}", "{-1,0}", "{2,1}"])
      expect(verdict(taking(`mhlo.layout_mode = "${layout}"`))).toContain("@main's argument #0");
  });

  test.each(["T(0)", "T(8,0)", "T(2,2)(1,0)", "T(-1,2)", "E(-1)", "#(u8)", "*(u8)", "P(f32[2])"])(
    "a layout with %s is refused",
    (part) => {
      expect(verdict(giving(`mhlo.layout_mode = "{0,1:${part}}"`))).toContain("[layout_order]");
    },
  );

  test("a replication that is no truth value is refused", () => {
    expect(verdict(taking("mhlo.parameter_replication = [true]"))).toBe("accepted");
    expect(verdict(taking("mhlo.parameter_replication = [[true]]"))).toMatchInlineSnapshot(`
      "verify error: func.func: mhlo.parameter_replication of @main's argument #0 has an item that is no truth value [parameter_replication]
        expected: [true] or [false], or one for each leaf of a tuple
        got:      an item of kind array
        at:       -:1:1
        hint:     leave it out: without it nothing is replicated"
    `);
    expect(verdict(taking("mhlo.parameter_replication = [f32]"))).toContain("an item of kind type");
  });
});
