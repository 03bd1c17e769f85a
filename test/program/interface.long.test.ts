import { describe, expect, it } from "vitest";
import { griffinProgram } from "../../models/griffin.js";
import { axis, input, parameter, program, softplus, state } from "../../src/dsl/index.js";
import { lowerProgram } from "../../src/engine/index.js";
import { findFunction } from "../../src/ir/analysis/symbols.js";
import { parseModule, printModule } from "../../src/ir/text/index.js";
import { argumentSchema, interfaceOf, resultSchema } from "../../src/program/index.js";
import { tinier } from "../engine/tiny.js";

const traced = () =>
  program({ name: "small" }, () => {
    const [batch, model] = [axis("batch", 2), axis("model", 4)];
    const count = state("count", [], "i32");
    count.update(count.value.add(1));
    const x = input("x", [batch, model], "f32");
    return { y: x.mul(softplus(parameter("w", [model], "f32"))) };
  });

describe("the interface of a program", () => {
  it("says what the author declared, and is what the text says", () => {
    const { module, updatedParameters, ...declared } = traced();
    expect(updatedParameters).toEqual([]);
    expect(declared).toEqual({
      name: "small",
      arguments: [
        { role: "state", name: "count", axes: [], elementType: "i32", dimensions: [], donated: true },
        {
          role: "input",
          name: "x",
          axes: ["batch", "model"],
          elementType: "f32",
          dimensions: [2, 4],
          donated: false,
        },
        {
          role: "parameter",
          name: "w",
          axes: ["model"],
          elementType: "f32",
          dimensions: [4],
          donated: false,
        },
      ],
      results: [
        { role: "output", name: "y", axes: ["batch", "model"], elementType: "f32", dimensions: [2, 4] },
        { role: "state", name: "count", axes: [], elementType: "i32", dimensions: [] },
      ],
    });
    const read = parseModule(printModule(module));
    expect(interfaceOf(findFunction(read, "main")!, "small")).toEqual(declared);
  });

  it("follows arguments that passes remove and add", () => {
    const { arguments: args, results, preparations } = lowerProgram(traced(), { prepare: true });
    expect(args.map(({ role, name, axes }) => `${role} ${name} [${axes.join(", ")}]`)).toEqual([
      "state count []",
      "input x [batch, model]",
      // Named by a hash of what prepares it.
      expect.stringMatching(/^prepared [0-9a-f]{16} \[0\]$/),
    ]);
    expect(results).toEqual(traced().results);
    expect(preparations.flatMap((prepare) => prepare.arguments)).toEqual(
      traced().arguments.filter(({ role }) => role === "parameter"),
    );
  });

  it.each(["prefill", "extend", "decode", "score", "forward"] as const)(
    "goes through lowering, text and JSON as it was: %s",
    (kind) => {
      const time = kind === "decode" ? 1 : 16;
      const {
        module: _,
        updatedParameters: _noneUpdated,
        ...declared
      } = griffinProgram(tinier, { kind, batch: 2, time, dtype: "bf16" });
      for (const target of ["cpu", "tpu"]) {
        const {
          module,
          preparations: _none,
          compilerFlags,
          ...lowered
        } = lowerProgram(griffinProgram(tinier, { kind, batch: 2, time, dtype: "bf16" }), { target });
        expect(lowered).toEqual(declared);
        // Programs that serve ask no compiler for anything.
        expect(compilerFlags).toEqual({});
        const read = parseModule(printModule(module));
        expect(interfaceOf(findFunction(read, "main")!, declared.name)).toEqual(declared);
      }
      const json = JSON.parse(JSON.stringify(declared));
      expect(json.arguments.map((argument: unknown) => argumentSchema.parse(argument))).toEqual(
        declared.arguments,
      );
      expect(json.results.map((result: unknown) => resultSchema.parse(result))).toEqual(declared.results);
    },
  );

  it("takes what says nothing of itself for inputs and outputs by number, and no type that buffers lack", () => {
    const read = (type: string) =>
      interfaceOf(
        findFunction(
          parseModule(`func.func @main(%x: ${type}) -> ${type} {\n  return %x : ${type}\n}`),
          "main",
        )!,
        "main",
      );
    const tensor = { name: "0", axes: ["0"], elementType: "f32", dimensions: [4] };
    expect(read("tensor<4xf32>")).toEqual({
      name: "main",
      arguments: [{ role: "input", ...tensor, donated: false }],
      results: [{ role: "output", ...tensor }],
    });
    expect(() => read("tensor<?xf32>")).toThrow(
      "argument 0 of @main cannot be a buffer\n  expected: a static shape",
    );
    expect(() => read("tensor<4xindex>")).toThrow("expected: an element type that buffers have");
    expect(
      argumentSchema.safeParse({ role: "input", ...tensor, elementType: "f33", donated: false }).success,
    ).toBe(false);
  });
});
