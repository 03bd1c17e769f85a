import { describe, expect, it } from "vitest";
import { fileLocation, nameLocation } from "../../src/ir/location.js";
import { parseModule } from "../../src/ir/text/index.js";
import { PassRegistry, parsePipeline, runPipeline, standardPasses } from "../../src/passes/index.js";
import { normal, run } from "./text.js";

const f = "tensor<4xf32>";

describe("inline", () => {
  it("goes through functions that call functions, and dce then removes them", () => {
    const text = `
func.func @main(%x: ${f}) -> (${f}, ${f}) {
  %0:2 = call @both(%x) : (${f}) -> (${f}, ${f})
  return %0#0, %0#1 : ${f}, ${f}
}
func.func private @both(%x: ${f}) -> (${f}, ${f}) {
  %0 = call @negative(%x) : (${f}) -> ${f}
  return %x, %0 : ${f}, ${f}
}
func.func private @negative(%x: ${f}) -> ${f} {
  %0 = stablehlo.negate %x : ${f}
  return %0 : ${f}
}`;
    expect(run("inline,dce", text)).toBe(
      normal(`
func.func @main(%x: ${f}) -> (${f}, ${f}) {
  %0 = stablehlo.negate %x : ${f}
  return %x, %0 : ${f}, ${f}
}`),
    );
  });

  it("nested=false leaves the calls in what was called, wherever it stands", () => {
    const negative = `
func.func private @negative(%x: ${f}) -> ${f} {
  %0 = stablehlo.negate %x : ${f}
  return %0 : ${f}
}`;
    const twice = (name: string) => `
func.func ${name}(%x: ${f}) -> ${f} {
  %0 = call @negative(%x) : (${f}) -> ${f}
  %1 = call @negative(%0) : (${f}) -> ${f}
  return %1 : ${f}
}`;
    const main = `
func.func @main(%x: ${f}) -> ${f} {
  %0 = call @twice(%x) : (${f}) -> ${f}
  return %0 : ${f}
}`;
    const text = twice("private @twice") + main + negative;
    expect(run("inline{nested=false}", text)).toBe(
      normal(twice("private @twice") + twice("@main") + negative),
    );
  });

  it("names what was called after its caller, as compilers do", () => {
    const module = parseModule(`
func.func @main(%x: ${f}) -> ${f} {
  %0 = call @block(%x) : (${f}) -> ${f} loc("layers.3")
  return %0 : ${f}
}
func.func private @block(%x: ${f}) -> ${f} {
  %0 = stablehlo.negate %x : ${f} loc("mlp"("model.ts":7:5))
  %1 = stablehlo.abs %0 : ${f} loc("model.ts":8:5)
  return %1 : ${f}
}`);
    runPipeline(module, parsePipeline("inline", new PassRegistry(standardPasses)));
    const [negate, abs] = module.regions[0]!.entry.first!.regions[0]!.entry.operations;
    const at = (line: number) => fileLocation({ file: "model.ts", line, column: 5 });
    expect(negate!.location).toEqual(nameLocation("layers.3/mlp", at(7)));
    expect(abs!.location).toEqual(at(8));
  });

  it("inlines calls in regions", () => {
    const text = (line: string) => `
func.func @main(%p: tensor<i1>, %x: ${f}) -> ${f} {
  %0 = "stablehlo.if"(%p) ({
    ${line}
    stablehlo.return %1 : ${f}
  }, {
    stablehlo.return %x : ${f}
  }) : (tensor<i1>) -> ${f}
  return %0 : ${f}
}
func.func private @negative(%x: ${f}) -> ${f} {
  %0 = stablehlo.negate %x : ${f}
  return %0 : ${f}
}`;
    expect(run("inline", text(`%1 = func.call @negative(%x) : (${f}) -> ${f}`))).toBe(
      normal(text(`%1 = stablehlo.negate %x : ${f}`)),
    );
  });

  it("leaves calls of public functions, which others may replace", () => {
    const text = `
func.func @main(%x: ${f}) -> ${f} {
  %0 = call @library(%x) : (${f}) -> ${f}
  return %0 : ${f}
}
func.func @library(%x: ${f}) -> ${f} {
  return %x : ${f}
}`;
    expect(run("inline", text)).toBe(normal(text));
  });

  it("leaves the calls of functions among themselves when they call each other", () => {
    const caller = (name: string, callee: string) => `
func.func ${name}(%x: ${f}) -> ${f} {
  %0 = call ${callee}(%x) : (${f}) -> ${f}
  return %0 : ${f}
}`;
    const text = caller("@main", "@even") + caller("private @even", "@odd") + caller("private @odd", "@even");
    const after =
      caller("@main", "@even") + caller("private @even", "@even") + caller("private @odd", "@even");
    expect(run("inline", text)).toBe(normal(after));
  });
});
