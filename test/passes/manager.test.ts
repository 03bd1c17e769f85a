import { describe, expect, it } from "vitest";
import { z } from "zod";
import { Builder } from "../../src/ir/builder.js";
import { allPasses } from "../../src/targets/index.js";
import { parseModule } from "../../src/ir/text/index.js";
import {
  definePass,
  type PassEvent,
  PassRegistry,
  parsePipeline,
  runPipeline,
  standardPasses,
  verifyAfter,
} from "../../src/passes/index.js";
import { UsageError } from "../../src/support/errors.js";
import { functionsOf } from "../../src/ir/analysis/symbols.js";

const text = `func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.negate %x : tensor<4xf32>
  %1 = stablehlo.negate %0 : tensor<4xf32>
  return %1 : tensor<4xf32>
}`;

const standard = new PassRegistry(standardPasses);
const example = { before: "", after: "" };

describe("runPipeline", () => {
  it("tells after each pass which it was, of how many, and what it did", () => {
    const events: PassEvent[] = [];
    const module = parseModule(text);
    runPipeline(module, parsePipeline("cse,canonicalize", standard), (event) => events.push(event));
    expect(events.map(({ milliseconds, ...event }) => event)).toEqual([
      { name: "cse", index: 0, total: 2, changed: false, counts: new Map(), module },
      {
        name: "canonicalize",
        index: 1,
        total: 2,
        changed: true,
        counts: new Map([
          ["negate of negate", 1],
          ["operations removed", 1],
        ]),
        module,
      },
    ]);
    for (const { milliseconds } of events) expect(milliseconds).toBeGreaterThanOrEqual(0);
  });

  it("ends with what a pass or the callback throws", () => {
    const names: string[] = [];
    const stop = ({ name }: PassEvent) => {
      names.push(name);
      throw new Error(`stopped after ${name}`);
    };
    expect(() => runPipeline(parseModule(text), parsePipeline("cse,dce", standard), stop)).toThrow(
      "stopped after cse",
    );
    expect(names).toEqual(["cse"]);
  });
});

describe("verifyAfter", () => {
  it("names the pass that broke the program, the rule, and the place", () => {
    const registry = new PassRegistry([
      ...standardPasses,
      definePass({
        name: "test-break",
        summary: "Says that @main returns what it does not.",
        example,
        run(module, context) {
          for (const main of functionsOf(module)) {
            Builder.before(main.regions[0]!.entry.last!).create("func.return", [], {});
            context.count("functions broken");
          }
        },
      }),
    ]);
    const module = parseModule(text, { file: "a.mlir" });
    expect(() => runPipeline(module, parsePipeline("cse,test-break", registry), verifyAfter)).toThrow(
      /^pass error: after test-break: func.return: .*\n {2}at: {7}a.mlir:4:3\n {2}hint: {5}this is a defect of the pass/,
    );
  });
});

describe("PassRegistry", () => {
  it("holds what it was given, sorted by name", () => {
    expect(new PassRegistry([]).names).toEqual([]);
    expect(new PassRegistry(standardPasses.slice(0, 3).reverse()).names).toEqual([
      "canonicalize",
      "cse",
      "dce",
    ]);
    expect(standard.find("dce")?.name).toBe("dce");
    expect(standard.find("lower-model-ops")).toBeUndefined();
    expect(allPasses.find("lower-model-ops")?.name).toBe("lower-model-ops");
  });

  it("has no second pass of the same name", () => {
    const make = () => definePass({ name: "test-twice", summary: "", example, run() {} });
    const first = make();
    expect(new PassRegistry([first, first]).passes).toEqual([first]);
    expect(() => new PassRegistry([first, make()])).toThrow("two passes are called test-twice");
  });
});

describe("definePass", () => {
  it("refuses an option that is not valid, as a pipeline's text does", () => {
    const options = z.object({ block: z.int().min(2).default(8) });
    const pass = definePass({ name: "test-least", summary: "", options, example, run() {} });
    expect(() => pass.with({ block: 1 })).toThrow(
      new UsageError({
        message: 'option "block" of test-least is not valid',
        expected: "at least 2",
        got: "1",
      }),
    );
  });

  it("types the options by their schema", () => {
    const options = z.object({ block: z.int().default(8) });
    const pass = definePass({
      name: "test-types",
      summary: "Reads an option.",
      options,
      example,
      run(module, context, { block }) {
        context.count("blocks", block);
        // @ts-expect-error the option is a number
        context.count(block);
        // @ts-expect-error a module is read-only: changes go through the rewriter
        module.name = "other";
      },
    });
    definePass({
      name: "test-types-too",
      summary: "Reads an option that there is not.",
      options,
      example,
      // @ts-expect-error there is no such option
      run: (_module, context, { blok }) => context.count("blocks", blok),
    });
    expect(pass.options).toBe(options);
  });
});
