import { describe, expect, it } from "vitest";
import { normal, run } from "./text.js";

/** Eight operations of layer n, the last of which adds the constant %c. */
const layer = (n: number, x: string, constant: string): string =>
  [
    `  %a${n} = stablehlo.abs ${x} : tensor<4xf32> loc("layers.${n}")`,
    ...Array.from(
      { length: 6 },
      (_, i) =>
        `  %${"bcdefgh"[i]}${n} = stablehlo.tanh %${"abcdefg"[i]}${n} : tensor<4xf32> loc("layers.${n}")`,
    ),
    `  %r${n} = stablehlo.add %g${n}, ${constant} : tensor<4xf32> loc("layers.${n}")`,
  ].join("\n");

const two = (first: string, second: string): string => `
func.func public @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %one = stablehlo.constant dense<1.0> : tensor<4xf32>
  %two = stablehlo.constant dense<2.0> : tensor<4xf32>
${layer(0, "%x", first)}
${layer(1, "%r0", second)}
  return %r1 : tensor<4xf32>
}`;

describe("outline-repeated", () => {
  it("copies constants into the function: a lowering in it must see them", () => {
    const text = run("outline-repeated,dce", two("%one", "%one"));
    expect(text.match(/call @layers_0\(%\w+\) : \(tensor<4xf32>\) -> tensor<4xf32>/g)).toHaveLength(2);
    expect(text.match(/stablehlo\.constant dense<1\.0+e\+00>/g)).toHaveLength(1);
    expect(text.slice(text.indexOf("@layers_0(%arg0"))).toContain("stablehlo.constant");
  });

  it("keeps layers apart that differ in a constant", () => {
    const text = two("%one", "%two");
    expect(run("outline-repeated", text)).toBe(normal(text));
  });

  it("barriers=true finishes a layer with what the next reads, before it begins", () => {
    const text = run("outline-repeated{barriers=true}", two("%one", "%one"));
    const body = text.slice(text.indexOf("func.func private @layers_0"));
    expect(body.split("\n").slice(-5, -3)).toEqual([
      "    %8 = stablehlo.optimization_barrier %7 : tensor<4xf32>",
      "    return %8 : tensor<4xf32>",
    ]);
    expect(run("outline-repeated", two("%one", "%one"))).not.toContain("optimization_barrier");
  });

  it("barriers=true leaves alone what is only used for an update, which is fused with its gradient then", () => {
    const handsOut = two("%one", "%one")
      .replace("-> tensor<4xf32> {", "-> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {")
      .replace(
        "return %r1 : tensor<4xf32>",
        `%u0 = stablehlo.subtract %x, %e0 : tensor<4xf32>
  %u1 = stablehlo.subtract %x, %e1 : tensor<4xf32>
  return %r1, %u0, %u1 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>`,
      );
    const text = run("outline-repeated{barriers=true}", handsOut);
    const body = text.slice(text.indexOf("func.func private @layers_0"));
    expect(body.split("\n").slice(-5, -3)).toEqual([
      "    %8 = stablehlo.optimization_barrier %7 : tensor<4xf32>",
      "    return %4, %8 : tensor<4xf32>, tensor<4xf32>",
    ]);
  });

  it.each([
    ["in a scope of the model", "model/layers.", "", "layers_0"],
    ["deep inside", "griffin/decoder/blocks_", "/attention", "blocks_0"],
    ["numbers as scopes of their own", "layers/", "", "layers_0"],
    ["another name", "stage", "", "stage_0"],
  ])("shares layers wherever they are and whatever they are called: %s", (_, before, after, symbol) => {
    const text = two("%one", "%one").replaceAll(
      /loc\("layers\.(\d)"\)/g,
      (__, number) => `loc("${before}${number}${after}")`,
    );
    const outlined = run("outline-repeated", text);
    expect(outlined.match(/call @\w+\(/g)).toEqual([`call @${symbol}(`, `call @${symbol}(`]);
    expect(outlined.match(/stablehlo\.tanh/g)).toHaveLength(6);
  });

  it("looks into layers that differ for scopes that do not", () => {
    const text = two("%one", "%one")
      .replaceAll(/loc\("layers\.(\d)"\)/g, 'loc("layers.$1/mlp")')
      .replace("  %a1 =", '  %d = stablehlo.floor %r0 : tensor<4xf32> loc("layers.1/norm")\n  %a1 =')
      .replace("stablehlo.abs %r0", "stablehlo.abs %d");
    const outlined = run("outline-repeated", text);
    expect(outlined.match(/call @mlp_0\(/g)).toHaveLength(2);
    expect(outlined).toContain("stablehlo.floor");
  });

  it("leaves alone what repeats in no scope, and what is too short for a function", () => {
    const text = two("%one", "%one").replaceAll(/ loc\("layers\.\d"\)/g, "");
    expect(run("outline-repeated", text)).toBe(normal(text));
    const short = two("%one", "%one").replaceAll(/loc\("layers\.(\d)"\)/g, (_, n) => `loc("layers.${n}/a")`);
    const cut = short
      .replaceAll(/.* = stablehlo\.tanh %[a-f]\d .*\n/g, "")
      .replaceAll(/add %g(\d)/g, "add %a$1");
    expect(cut).not.toContain("tanh");
    expect(run("outline-repeated", cut)).toBe(normal(cut));
  });
});

describe("outline-ops", () => {
  it("keeps ops apart whose types or attributes differ, and single ones where they are", () => {
    const text = `
func.func public @main(%x: tensor<4xf32>, %y: tensor<5xf32>, %g: tensor<4xf32>) -> (tensor<4xf32>, tensor<5xf32>, tensor<4xf32>, tensor<4xf32>) {
  %0 = "nn.gelu_tanh"(%x) : (tensor<4xf32>) -> tensor<4xf32>
  %1 = "nn.gelu_tanh"(%y) : (tensor<5xf32>) -> tensor<5xf32>
  %2 = "nn.rms_norm"(%x, %g) <{epsilon = 1.000000e-06 : f32, offset = 1.000000e+00 : f32}> : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %3 = "nn.rms_norm"(%x, %g) <{epsilon = 1.000000e-05 : f32, offset = 1.000000e+00 : f32}> : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0, %1, %2, %3 : tensor<4xf32>, tensor<5xf32>, tensor<4xf32>, tensor<4xf32>
}`;
    expect(run("outline-ops", text)).toBe(normal(text));
  });

  it("gives each operand an argument of its own, also where one value is several operands", () => {
    const text = run(
      "outline-ops",
      `
func.func public @main(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = "nn.rms_norm"(%x, %x) <{epsilon = 1.000000e-06 : f32, offset = 1.000000e+00 : f32}> : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = "nn.rms_norm"(%0, %0) <{epsilon = 1.000000e-06 : f32, offset = 1.000000e+00 : f32}> : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}`,
    );
    expect(text.match(/call @rms_norm_0\(/g)).toHaveLength(2);
    expect(text).toContain('"nn.rms_norm"(%arg0, %arg1)');
  });

  it("leaves a program with strided rows alone: its strided slices must stay visible", () => {
    const text = `
func.func public @main(%x: tensor<1x4x3xf32>, %h0: tensor<1x3xf32>) -> tensor<1x3xf32> {
  %0 = "nn.gelu_tanh"(%x) : (tensor<1x4x3xf32>) -> tensor<1x4x3xf32>
  %1 = "nn.gelu_tanh"(%0) : (tensor<1x4x3xf32>) -> tensor<1x4x3xf32>
  %2:2 = "nn.linear_scan"(%0, %1, %h0) <{axis = 1 : i64, strided = 2 : i64}> : (tensor<1x4x3xf32>, tensor<1x4x3xf32>, tensor<1x3xf32>) -> (tensor<1x4x3xf32>, tensor<1x3xf32>)
  return %2#1 : tensor<1x3xf32>
}`;
    expect(run("outline-ops", text)).toBe(normal(text));
  });
});
