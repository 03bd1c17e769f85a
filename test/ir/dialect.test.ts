import { describe, expect, it } from "vitest";
import * as ir from "../../src/ir/index.js";
import { allPasses } from "../../src/targets/index.js";
import { loweringPipeline } from "../../src/engine/index.js";
import { parsePipeline, runPipeline } from "../../src/passes/index.js";
import { demo, scaled, twice } from "./demo-dialect.js";

const program = (line: string): string => `module {
  func.func @main(%arg0: tensor<4xf32>) -> tensor<4xf32> {
    ${line}
    return %0 : tensor<4xf32>
  }
}
`;

const run = (text: string, pipeline: string): string => {
  const module = ir.parseModule(text);
  runPipeline(module, parsePipeline(pipeline, allPasses));
  ir.verifyModule(module);
  return ir.printModule(module);
};

const numbers = (text: string): readonly number[] => {
  const input = ir.elementsFromNumbers(ir.tensorType([4], "f32"), [-2, -0.25, 0.5, 3]);
  const [result] = ir.interpretFunction(ir.parseModule(text), "main", [input]);
  return [0, 1, 2, 3].map((i) => ir.numberAt(result!, i));
};

describe("an op of a dialect that was registered", () => {
  it.each([scaled, twice])("$name: its example is read, checked, and written as it was", ({ example }) => {
    const text = program(example);
    const module = ir.parseModule(text);
    ir.verifyModule(module);
    expect(ir.printModule(module)).toBe(text);
    const generic = ir.printModule(module, { form: "generic" });
    expect(ir.printModule(ir.parseModule(generic))).toBe(text);
  });

  it("is held to its constraints, with their labels", () => {
    const module = ir.parseModule(program("%0 = demo.scaled_clip %arg0, scale = 0 : tensor<4xf32>"));
    expect(() => ir.verifyModule(module)).toThrow("scale must be positive, got 0");
    expect(() => ir.verifyModule(module)).toThrow("[scaled_clip_scale]");
  });

  it("is suggested for a name that is nearly its own", () => {
    expect(() => ir.parseModule(program("%0 = demo.scale_clip %arg0 : tensor<4xf32>"))).toThrow(
      "did you mean demo.scaled_clip?",
    );
  });

  it("is interpreted by what it means, and the meaning of that", () => {
    expect(numbers(program(scaled.example))).toEqual([-1, -0.5, 1, 1]);
    expect(numbers(program(twice.example))).toEqual([-2, -0.75, 1.5, 2]);
  });

  it("is merged and removed by passes as its traits allow", () => {
    const text = program(
      [
        "%1 = demo.scaled_clip %arg0, scale = 2 : tensor<4xf32>",
        "%2 = demo.scaled_clip %arg0, scale = 2 : tensor<4xf32>",
        "%3 = demo.scaled_clip %arg0, scale = 3 : tensor<4xf32>",
        "%0 = stablehlo.add %1, %2 : tensor<4xf32>",
      ].join("\n    "),
    );
    expect(run(text, "cse,dce")).toBe(`module {
  func.func @main(%arg0: tensor<4xf32>) -> tensor<4xf32> {
    %0 = demo.scaled_clip %arg0, scale = 2 : tensor<4xf32>
    %1 = stablehlo.add %0, %0 : tensor<4xf32>
    return %1 : tensor<4xf32>
  }
}
`);
  });

  it("is lowered to StableHLO, and computes the same", () => {
    const lowered = run(program(twice.example), "decompose-added");
    expect(lowered).not.toContain("demo.");
    expect(numbers(lowered)).toEqual([-2, -0.75, 1.5, 2]);
  });

  it("narrows to its typed attributes", () => {
    const main = ir.findFunction(ir.parseModule(program(scaled.example)), "main")!;
    const { first } = ir.bodyOf(main)!;
    expect(ir.isInstanceOf(first, scaled) && first.attributes.scale).toBe(2);
    expect(ir.isInstanceOf(first, twice)).toBe(false);
  });
});

describe("an op whose decomposition holds the op itself", () => {
  const op = <const Name extends string>(name: Name) =>
    ir.defineOp({
      ...twice,
      name,
      assembly: "generic",
      example: `%0 = "${name}"(%arg0) : (tensor<4xf32>) -> tensor<4xf32>`,
    });
  const [ping, pong] = [op("endless.ping"), op("endless.pong")];
  ir.register(
    ir.defineDialect({
      name: "endless",
      ops: [ping, pong],
      forms: {},
      decompositions: {
        "endless.ping": (e, { operands }) => [e.builder.createOf(pong, operands, {}).result],
        "endless.pong": (e, { operands }) => [e.builder.createOf(ping, operands, {}).result],
      },
    }),
  );
  const message = [
    "usage error: the decomposition of endless.ping holds endless.ping again",
    "  got:      endless.ping -> endless.pong -> endless.ping",
    "  at:       m.mlir:3:10",
    "  hint:     decompose it into other ops",
  ].join("\n");
  const parsed = () => ir.parseModule(program(ping.example), { file: "m.mlir" });

  it("is an error when it is interpreted", () => {
    const input = ir.elementsFromNumbers(ir.tensorType([4], "f32"), [1, 2, 3, 4]);
    expect(() => ir.interpretFunction(parsed(), "main", [input])).toThrow(message);
  });

  it("is an error when it is lowered", () => {
    expect(() => {
      runPipeline(parsed(), parsePipeline("decompose-added", allPasses));
    }).toThrow(message);
  });
});

describe("an op whose region holds an op of its own name", () => {
  const once = ir.defineOp({
    name: "block.once",
    summary: "What its region returns.",
    operands: [],
    regions: ["body"],
    attributes: {},
    traits: ["recursive-effects"],
    infer: (op) => op.body(0).last!.operands.map(({ type }) => type),
    assembly: "generic",
    example: '%0 = "block.once"() ({\n  stablehlo.return %arg0 : tensor<4xf32>\n}) : () -> tensor<4xf32>',
  });
  ir.register(
    ir.defineDialect({
      name: "block",
      ops: [once],
      forms: {},
      decompositions: {
        "block.once": (e, { regions }) => {
          const copy = ir.cloneRegion(regions[0]!, new Map());
          return e.builder.create("stablehlo.case", [e.fill(0, [], "i32")], {}, { regions: [copy] }).results;
        },
      },
    }),
  );
  const text = program(`%0 = "block.once"() ({
      %1 = "block.once"() ({
        %2 = stablehlo.add %arg0, %arg0 : tensor<4xf32>
        stablehlo.return %2 : tensor<4xf32>
      }) : () -> tensor<4xf32>
      stablehlo.return %1 : tensor<4xf32>
    }) : () -> tensor<4xf32>`);

  it("is lowered with what it holds: only a decomposition that holds its own op has no end", () => {
    const lowered = run(text, "decompose-added");
    expect(lowered).not.toContain("block.once");
    expect(numbers(lowered)).toEqual([-4, -0.5, 1, 6]);
  });

  it("is interpreted, and leaves the values around it as they were", () => {
    expect(numbers(text)).toEqual([-4, -0.5, 1, 6]);
    const module = ir.parseModule(text);
    const argument = ir.bodyOf(ir.findFunction(module, "main")!)!.arguments[0]!;
    expect(argument.users.size).toBe(1);
    ir.interpretFunction(module, "main", [ir.elementsFromNumbers(ir.tensorType([4], "f32"), [1, 2, 3, 4])]);
    expect(argument.users.size).toBe(1);
  });
});

describe("an op that is decomposed into a model op", () => {
  const average = ir.defineOp({
    name: "slow.average",
    summary: "y_t = y_{t-1} / 2 + x_t along axis 1, from zeros.",
    operands: [ir.operand("x", "F")],
    attributes: {},
    traits: ["pure"],
    infer: (op) => [op.tensor(0)],
    assembly: "generic",
    example: '%0 = "slow.average"(%arg0) : (tensor<2x32x3xf32>) -> tensor<2x32x3xf32>',
  });
  ir.register(
    ir.defineDialect({
      name: "slow",
      ops: [average],
      forms: {},
      decompositions: {
        "slow.average": (e, { operands: [x] }) => {
          const [half, zero] = [e.fill(0.5, [2, 32, 3], "f32"), e.fill(0, [2, 3], "f32")];
          return [e.builder.create("nn.linear_scan", [x!, half, zero], { axis: 1 }).results[0]!];
        },
      },
    }),
  );
  const text = `func.func @main(%arg0: tensor<2x32x3xf32>) -> tensor<2x32x3xf32> {
  ${average.example}
  return %0 : tensor<2x32x3xf32>
}`;
  const lowered = (scan: "sequential" | "associative"): string => {
    const module = ir.parseModule(text);
    runPipeline(module, loweringPipeline({ scan }, 32));
    ir.verifyModule(module);
    return ir.printModule(module);
  };

  it("is lowered by the strategy that was asked for", () => {
    expect(lowered("associative")).not.toContain("stablehlo.while");
    expect(lowered("sequential")).toContain("stablehlo.while");
  });

  it("is part of what the passes see: nothing of it is left when model ops are lowered", () => {
    expect(loweringPipeline({}, 32)[0]!.name).toBe("decompose-added");
    expect(run(text, "decompose-added")).toContain('"nn.linear_scan"');
  });
});

describe("an op that is decomposed into products", () => {
  const gram = ir.defineOp({
    name: "gram.gram",
    summary: "x x^T.",
    operands: [ir.operand("x", "F")],
    attributes: { precision: ir.productPrecision },
    traits: ["pure"],
    infer: (op) => [ir.tensorType([op.tensor(0).shape[0]!, op.tensor(0).shape[0]!], op.tensor(0).element)],
    assembly: "generic",
    example: '%0 = "gram.gram"(%arg0) : (tensor<4x2xf32>) -> tensor<4x4xf32>',
  });
  ir.register(
    ir.defineDialect({
      name: "gram",
      ops: [gram],
      forms: {},
      decompositions: { "gram.gram": (e, { operands: [x] }) => [e.dot(x!, x!, { contract: [[1], [1]] })] },
    }),
  );
  const text = (attributes: string): string => `module {
  func.func @main(%arg0: tensor<4x2xf32>) -> tensor<4x4xf32> {
    %0 = "gram.gram"(%arg0)${attributes} : (tensor<4x2xf32>) -> tensor<4x4xf32>
    return %0 : tensor<4x4xf32>
  }
}
`;

  it("hands them the precision that it states, or that of the program", () => {
    const stated = text(" <{precision = #stablehlo<precision HIGHEST>}>");
    expect(ir.printModule(ir.parseModule(stated))).toBe(stated);
    expect(run(stated, "decompose-added")).toContain("precision = [HIGHEST, HIGHEST]");
    expect(run(text(""), "set-precision{precision=highest}")).toBe(stated);
    expect(run(stated, "set-precision{precision=high}")).toBe(stated);
    expect(run(text(""), "decompose-added")).not.toContain("precision");
  });
});

describe("register", () => {
  const other = (name: string, ops: readonly ReturnType<typeof ir.defineOp>[] = []) =>
    ({ name, ops, forms: {}, decompositions: {} }) as ir.Dialect;
  const complaint = (dialect: ir.Dialect): string => {
    try {
      ir.register(dialect);
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error("it was registered");
  };

  it("makes a dialect known until every registration is disposed of", () => {
    const op = ir.defineOp({ ...twice, name: "passing.op" });
    const passing = ir.defineDialect({
      name: "passing",
      ops: [op],
      forms: { "passing.op": demo.forms["demo.clip_twice"]! },
      decompositions: { "passing.op": (_, { operands }) => operands },
    });
    const text = program("%0 = passing.op of %arg0 : tensor<4xf32>");
    {
      using first = ir.register(passing);
      const second = ir.register(passing);
      second[Symbol.dispose]();
      second[Symbol.dispose]();
      expect(first).not.toBe(second);
      expect(ir.dialectNames()).toContain("passing");
      expect(ir.printModule(ir.parseModule(text))).toBe(text);
      expect(numbers(text)).toEqual([-2, -0.25, 0.5, 3]);
    }
    expect(ir.dialectNames()).not.toContain("passing");
    expect(ir.findOp("passing.op")).toBeUndefined();
    expect(() => ir.parseModule(text)).toThrow("passing.op");
    using again = ir.register(passing);
    expect([again, ir.findOp("passing.op")]).toContain(op);
  });

  it("changes nothing the second time", () => {
    using registered = ir.register(demo);
    expect([registered, ir.findOp("demo.scaled_clip")]).toContain(scaled);
  });

  it("refuses a second dialect of a name, and ops that there are", () => {
    expect(complaint(other("stablehlo"))).toMatch(
      /^usage error: two dialects are called stablehlo\n {2}expected: a name that no other has\n {2}got: {6}stablehlo\n {2}hint: {5}these are known: builtin, func, stablehlo, nn, griffin, chlo, check, interpreter, arith, sdy/,
    );
    expect(complaint(other("demo"))).toContain("two dialects are called demo");
    const add = ir.defineOp({ ...scaled, name: "stablehlo.add" });
    expect(
      complaint(ir.defineDialect({ name: "stablehlo", ops: [add], forms: {}, decompositions: {} })),
    ).toBe(
      "usage error: there is an op stablehlo.add already\n  expected: ops of stablehlo alone: no other op has their names\n  got:      stablehlo.add\n  hint:     register one dialect for each name, and keep to names that begin with it",
    );
  });
});

describe("defineDialect", () => {
  it("does not compile with an op of another name, or without a form", () => {
    const other = ir.defineOp({ ...scaled, name: "other.op" });
    // @ts-expect-error the op is not of this dialect
    ir.defineDialect({ name: "mine", ops: [other], forms: {}, decompositions: {} });
    const custom = ir.defineOp({ ...twice, name: "mine.op" });
    // @ts-expect-error mine.op has no form
    ir.defineDialect({ name: "mine", ops: [custom], forms: {}, decompositions: {} });
    // @ts-expect-error there is no such op
    ir.defineDialect({ name: "other", ops: [other], forms: {}, decompositions: { "other.op2": () => [] } });
    expect(ir.findOp("mine.op")).toBeUndefined();
  });
});
