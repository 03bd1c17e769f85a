import { describe, expect, it } from "vitest";
import * as ir from "../../src/ir/index.js";
import { allPasses } from "../../src/targets/index.js";
import * as dsl from "../../src/dsl/index.js";
import { compile, loweringPipeline } from "../../src/engine/index.js";
import { parsePipeline, runPipeline } from "../../src/passes/index.js";
import { demo, scaled, twice } from "./demo-dialect.js";

const known = { dialects: [demo] };

const program = (line: string): string => `module {
  func.func @main(%arg0: tensor<4xf32>) -> tensor<4xf32> {
    ${line}
    return %0 : tensor<4xf32>
  }
}
`;

const run = (text: string, pipeline: string, dialect = demo): string => {
  const module = ir.parseModule(text, { dialects: [dialect] });
  runPipeline(module, parsePipeline(pipeline, allPasses));
  ir.verifyModule(module);
  return ir.printModule(module);
};

const numbers = (text: string, dialect = demo): readonly number[] => {
  const input = ir.elementsFromNumbers(ir.tensorType([4], "f32"), [-2, -0.25, 0.5, 3]);
  const [result] = ir.interpretFunction(ir.parseModule(text, { dialects: [dialect] }), "main", [input]);
  return [0, 1, 2, 3].map((i) => ir.numberAt(result!, i));
};

describe("an op of a dialect that was registered", () => {
  it.each([scaled, twice])("$name: its example is read, checked, and written as it was", ({ example }) => {
    const text = program(example);
    const module = ir.parseModule(text, known);
    ir.verifyModule(module);
    expect(ir.printModule(module)).toBe(text);
    const generic = ir.printModule(module, { form: "generic" });
    expect(ir.printModule(ir.parseModule(generic, known))).toBe(text);
  });

  it("is held to its constraints, with their labels", () => {
    const module = ir.parseModule(program("%0 = demo.scaled_clip %arg0, scale = 0 : tensor<4xf32>"), known);
    expect(() => ir.verifyModule(module)).toThrow("scale must be positive, got 0");
    expect(() => ir.verifyModule(module)).toThrow("[scaled_clip_scale]");
  });

  it("is suggested for a name that is nearly its own", () => {
    expect(() => ir.parseModule(program("%0 = demo.scale_clip %arg0 : tensor<4xf32>"), known)).toThrow(
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
    const main = ir.findFunction(ir.parseModule(program(scaled.example), known), "main")!;
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
  const endless = ir.defineDialect({
    name: "endless",
    ops: [ping, pong],
    forms: {},
    decompositions: {
      "endless.ping": (e, { operands }) => [e.builder.createOf(pong, operands, {}).result],
      "endless.pong": (e, { operands }) => [e.builder.createOf(ping, operands, {}).result],
    },
  });
  const message = [
    "usage error: the decomposition of endless.ping holds endless.ping again",
    "  got:      endless.ping -> endless.pong -> endless.ping",
    "  at:       m.mlir:3:10",
    "  hint:     decompose it into other ops",
  ].join("\n");
  const parsed = () => ir.parseModule(program(ping.example), { file: "m.mlir", dialects: [endless] });

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
  const blockDialect = ir.defineDialect({
    name: "block",
    ops: [once],
    forms: {},
    decompositions: {
      "block.once": (e, { regions }) => {
        const copy = ir.cloneRegion(regions[0]!, new Map());
        return e.builder.create("stablehlo.case", [e.fill(0, [], "i32")], {}, { regions: [copy] }).results;
      },
    },
  });
  const text = program(`%0 = "block.once"() ({
      %1 = "block.once"() ({
        %2 = stablehlo.add %arg0, %arg0 : tensor<4xf32>
        stablehlo.return %2 : tensor<4xf32>
      }) : () -> tensor<4xf32>
      stablehlo.return %1 : tensor<4xf32>
    }) : () -> tensor<4xf32>`);

  it("is lowered with what it holds: only a decomposition that holds its own op has no end", () => {
    const lowered = run(text, "decompose-added", blockDialect);
    expect(lowered).not.toContain("block.once");
    expect(numbers(lowered)).toEqual([-4, -0.5, 1, 6]);
  });

  it("is interpreted, and leaves the values around it as they were", () => {
    expect(numbers(text, blockDialect)).toEqual([-4, -0.5, 1, 6]);
    const module = ir.parseModule(text, { dialects: [blockDialect] });
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
  const slowDialect = ir.defineDialect({
    name: "slow",
    ops: [average],
    forms: {},
    decompositions: {
      "slow.average": (e, { operands: [x] }) => {
        const [half, zero] = [e.fill(0.5, [2, 32, 3], "f32"), e.fill(0, [2, 3], "f32")];
        return [e.builder.create("nn.linear_scan", [x!, half, zero], { axis: 1 }).results[0]!];
      },
    },
  });
  const text = `func.func @main(%arg0: tensor<2x32x3xf32>) -> tensor<2x32x3xf32> {
  ${average.example}
  return %0 : tensor<2x32x3xf32>
}`;
  const lowered = (scan: "sequential" | "associative"): string => {
    const module = ir.parseModule(text, { dialects: [slowDialect] });
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
    expect(run(text, "decompose-added", slowDialect)).toContain('"nn.linear_scan"');
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
  const gramDialect = ir.defineDialect({
    name: "gram",
    ops: [gram],
    forms: {},
    decompositions: { "gram.gram": (e, { operands: [x] }) => [e.dot(x!, x!, { contract: [[1], [1]] })] },
  });
  const text = (attributes: string): string => `module {
  func.func @main(%arg0: tensor<4x2xf32>) -> tensor<4x4xf32> {
    %0 = "gram.gram"(%arg0)${attributes} : (tensor<4x2xf32>) -> tensor<4x4xf32>
    return %0 : tensor<4x4xf32>
  }
}
`;

  it("hands them the precision that it states, or that of the program", () => {
    const stated = text(" <{precision = #stablehlo<precision HIGHEST>}>");
    expect(ir.printModule(ir.parseModule(stated, { dialects: [gramDialect] }))).toBe(stated);
    expect(run(stated, "decompose-added", gramDialect)).toContain("precision = [HIGHEST, HIGHEST]");
    expect(run(text(""), "set-precision{precision=highest}", gramDialect)).toBe(stated);
    expect(run(stated, "set-precision{precision=high}", gramDialect)).toBe(stated);
    expect(run(text(""), "decompose-added", gramDialect)).not.toContain("precision");
  });
});

/** An op of one tensor that gives another of its type. */
const plainOp = <const Name extends string>(name: Name) =>
  ir.defineOp({
    name,
    summary: "Of one tensor.",
    operands: [ir.operand("x", "F")],
    attributes: {},
    traits: ["pure", "elementwise"],
    infer: (op) => [op.tensor(0)],
    assembly: "unary",
    example: `%0 = ${name} %arg0 : tensor<4xf32>`,
  });

describe("dialects of two packages", () => {
  const clipOf = (limit: number) => {
    const op = plainOp("clip.clip");
    const dialect = ir.defineDialect({
      name: "clip",
      ops: [op],
      forms: {},
      decompositions: { "clip.clip": (e, { operands }) => [e.clamp(-limit, operands[0]!, limit)] },
    });
    return { op, dialect };
  };
  const [one, two] = [clipOf(1), clipOf(2)];
  const text = program("%0 = clip.clip %arg0 : tensor<4xf32>");

  it("may have ops of one name: each operation keeps to its own", () => {
    expect(numbers(text, one.dialect)).toEqual([-1, -0.25, 0.5, 1]);
    expect(numbers(text, two.dialect)).toEqual([-2, -0.25, 0.5, 2]);
    expect(() => ir.parseModule(text)).toThrow("there is no op clip.clip");
  });

  it("copies of operations, and what passes make of them, keep to it too", () => {
    const module = ir.parseModule(text, { dialects: [two.dialect] });
    const copy = ir.cloneOperation(module, new Map());
    runPipeline(copy, parsePipeline("canonicalize,cse,inline,dce", allPasses));
    expect(ir.printModule(copy)).toBe(text);
    expect([...ir.walk(copy)].filter((each) => ir.isInstanceOf(each, two.op))).toHaveLength(1);
    expect([...ir.walk(copy)].filter((each) => ir.isInstanceOf(each, one.op))).toEqual([]);
  });

  it("are not mixed in one program, whose text would not say which is meant", () => {
    expect(() => ir.parseModule(text, { dialects: [one.dialect, two.dialect] })).toThrow(
      `usage error: two dialects are called clip
  expected: dialects of different names: a text names ops by them
  got:      clip, clip`,
    );
    const module = ir.parseModule(text, { dialects: [one.dialect] });
    const { first } = ir.bodyOf(ir.findFunction(module, "main")!)!;
    ir.Builder.before(first!).createOf(two.op, first!.operands, {});
    expect(() => ir.verifyModule(module)).toThrow("is the op of two dialects [declaration]");
  });
});

describe("defineDialect", () => {
  it("does not compile with an op of another name, or without a form", () => {
    const other = ir.defineOp({ ...scaled, name: "other.op" });
    // @ts-expect-error the op is not of this dialect
    const wrongName = () => ir.defineDialect({ name: "mine", ops: [other], forms: {}, decompositions: {} });
    const custom = ir.defineOp({ ...twice, name: "mine.op" });
    // @ts-expect-error mine.op has no form
    const noForm = () => ir.defineDialect({ name: "mine", ops: [custom], forms: {}, decompositions: {} });
    const parts = { name: "other", ops: [other], forms: {} } as const;
    // @ts-expect-error there is no such op
    const noOp = () => ir.defineDialect({ ...parts, decompositions: { "other.op2": () => [] } });
    expect([wrongName, noForm, noOp]).toHaveLength(3);
  });

  it("refuses the name of a built-in dialect, two ops of a name, and an op of another dialect", () => {
    const dialect = (name: string, ops: readonly ReturnType<typeof ir.defineOp>[]) => () =>
      ir.defineDialect({ name, ops, forms: {}, decompositions: {} } as never);
    expect(dialect("stablehlo", [])).toThrow(
      `usage error: two dialects are called stablehlo
  expected: a name that no built-in dialect has
  got:      stablehlo
  hint:     these are built in: builtin, func, stablehlo, nn, griffin, chlo, check, interpreter, arith, sdy`,
    );
    const op = () => ir.defineOp({ ...scaled, name: "mine.op" });
    expect(dialect("mine", [op(), op()])).toThrow("two ops of dialect mine are called mine.op");
    expect(dialect("mine", [scaled])).toThrow(
      `usage error: demo.scaled_clip is declared in two dialects
  expected: an op of one dialect
  got:      demo, mine
  hint:     declare the dialect once, and import it where it is needed`,
    );
  });
});

describe("the gradient of an op of an added dialect", () => {
  const [byRule, byMeaning] = [plainOp("cube.by_rule"), plainOp("cube.by_meaning")];
  const cubed: ir.Decomposition = (e, { operands: [x] }) => [e.mul(x!, e.mul(x!, x!))];
  ir.defineDialect({
    name: "cube",
    ops: [byRule, byMeaning],
    forms: {},
    decompositions: { "cube.by_rule": cubed, "cube.by_meaning": cubed },
    gradients: {
      "cube.by_rule": ({ e, op, cotangent }) => [
        () => e.mul(cotangent, e.scalar("multiply", e.mul(op.operands[0]!, op.operands[0]!), 3)),
      ],
    },
  });
  it.each([
    ["its own rule", byRule.name, byRule],
    ["the gradient of what it means", byMeaning.name, byMeaning],
  ] as const)("is %s", async (_which, name, definition) => {
    const traced = dsl.program({ name }, () => {
      const x = dsl.input("x", [dsl.axis("i", 3)], "f32");
      const cubes = (each: typeof x) =>
        dsl.op(definition as typeof byRule, [each], {}, { result: { axes: ["i"], dtype: "f32" } });
      return dsl.grad((args: { x: typeof x }) => dsl.sum(cubes(args.x), "i"))({ x });
    });
    await using f = await compile(traced, { on: "interpreter" });
    const { x: slope } = await f({ x: [1, -2, 0.5] });
    expect([...slope.data]).toEqual([3, 12, 0.75]);
  });
});
