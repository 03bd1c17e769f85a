import { describe, expect, it } from "vitest";
import { fuseRgLruGates } from "../../src/passes/fuse-rglru-gates.js";
import { normal, run } from "./text.js";

const { before, after } = fuseRgLruGates.example;

/** The example with some lines written differently. */
function changed(...edits: readonly (readonly [from: string, to: string])[]): string {
  return edits.reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replaceAll(from, to);
  }, before);
}

const t = "tensor<1x3x4xf32>";

describe("fuse-rglru-gates finds the gates", () => {
  it.each<[string, string]>([
    [
      "when log a is r times -8 softplus, multiplied out per channel",
      changed(
        [
          `%minus8 = stablehlo.constant dense<-8.0> : ${t}`,
          "%minus8 = stablehlo.constant dense<-8.0> : tensor<4xf32>",
        ],
        [
          "%9 = stablehlo.broadcast_in_dim %8,",
          "%s = stablehlo.multiply %8, %minus8 : tensor<4xf32>\n  %9 = stablehlo.broadcast_in_dim %s,",
        ],
        [`%10 = stablehlo.multiply %r, %9 : ${t}\n`, ""],
        [`%log_a = stablehlo.multiply %10, %minus8 : ${t}`, `%log_a = stablehlo.multiply %9, %r : ${t}`],
      ),
    ],
    [
      "when the factors of log a come in another order",
      changed(
        [`%10 = stablehlo.multiply %r, %9 : ${t}`, `%10 = stablehlo.multiply %minus8, %r : ${t}`],
        [`%log_a = stablehlo.multiply %10, %minus8`, "%log_a = stablehlo.multiply %9, %10"],
      ),
    ],
    [
      "when x, the gate and the damping are multiplied in another order",
      changed(
        [`%14 = stablehlo.multiply %x, %i : ${t}`, `%14 = stablehlo.multiply %beta, %i : ${t}`],
        ["%x_hat = stablehlo.multiply %14, %beta", "%x_hat = stablehlo.multiply %14, %x"],
      ),
    ],
    [
      "when 2 log a is multiplied out on its own",
      changed([
        `%11 = stablehlo.multiply %log_a, %two : ${t}`,
        `%minus16 = stablehlo.constant dense<-16.0> : ${t}\n  %11 = stablehlo.multiply %10, %minus16 : ${t}`,
      ]),
    ],
    [
      "when scalars are broadcast",
      changed([
        `%minus8 = stablehlo.constant dense<-8.0> : ${t}`,
        `%eight = stablehlo.constant dense<-8.0> : tensor<f32>
         %minus8 = stablehlo.broadcast_in_dim %eight, dims = [] : (tensor<f32>) -> ${t}`,
      ]),
    ],
  ])("%s", (_title, text) => {
    const fused = run("fuse-rglru-gates,canonicalize,cse", text);
    expect(fused).toContain("griffin.rg_lru_gates");
    expect(fused.match(/block_diagonal_dot/g)).toHaveLength(1);
    expect(fused).toContain("dense<-8.000000e+00> : tensor<4xf32>");
  });

  it("reads the constant from the program", () => {
    expect(run("fuse-rglru-gates", changed(["dense<-8.0>", "dense<-5.0>"]))).toBe(
      normal(after.replace("dense<-8.0>", "dense<-5.0>")),
    );
  });

  it("takes any expression of the parameter, softplus written out for one", () => {
    const text = changed([
      '%8 = "nn.softplus"(%lambda) : (tensor<4xf32>) -> tensor<4xf32>',
      "%e = stablehlo.exponential %lambda : tensor<4xf32>\n  %8 = stablehlo.log_plus_one %e : tensor<4xf32>",
    ]);
    expect(run("fuse-rglru-gates", text)).toBe(
      normal(
        after.replace(
          '%0 = "nn.softplus"(%lambda) : (tensor<4xf32>) -> tensor<4xf32>',
          "%e = stablehlo.exponential %lambda : tensor<4xf32>\n  %0 = stablehlo.log_plus_one %e : tensor<4xf32>",
        ),
      ),
    );
  });

  it("keeps the direction of the scan", () => {
    const reversed = (text: string) =>
      text.replace(/("nn.linear_scan"\([^)]*\) <{axis = 1 : i64)/, "$1, reverse");
    expect(run("fuse-rglru-gates", reversed(before))).toBe(normal(reversed(after)));
  });

  it("computes in f32 what was computed in bf16, the decay from the parameter on, biases converted where they come from", () => {
    const text = before.replaceAll("xf32>", "xbf16>").replaceAll("tensor<1x4xbf16>", "tensor<1x4xf32>");
    expect(run("fuse-rglru-gates", text)).toBe(
      normal(`
func.func @main(%x: tensor<1x3x4xbf16>, %gi: tensor<2x2x2xbf16>, %bi: tensor<2x2xbf16>, %gr: tensor<2x2x2xbf16>, %br: tensor<2x2xbf16>, %lambda: tensor<4xbf16>, %reset: tensor<1x3xi1>, %h0: tensor<1x4xf32>) -> (tensor<1x3x4xbf16>, tensor<1x4xf32>) {
  %0 = stablehlo.concatenate %gi, %gr, dim = 2 : (tensor<2x2x2xbf16>, tensor<2x2x2xbf16>) -> tensor<2x2x4xbf16>
  %1 = "nn.block_diagonal_dot"(%x, %0) : (tensor<1x3x4xbf16>, tensor<2x2x4xbf16>) -> tensor<1x3x8xbf16>
  %bi32 = stablehlo.convert %bi : (tensor<2x2xbf16>) -> tensor<2x2xf32>
  %br32 = stablehlo.convert %br : (tensor<2x2xbf16>) -> tensor<2x2xf32>
  %2 = stablehlo.concatenate %bi32, %br32, dim = 1 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
  %3 = stablehlo.convert %lambda : (tensor<4xbf16>) -> tensor<4xf32>
  %4 = "nn.softplus"(%3) : (tensor<4xf32>) -> tensor<4xf32>
  %cst = stablehlo.constant dense<-8.0> : tensor<4xf32>
  %5 = stablehlo.multiply %4, %cst : tensor<4xf32>
  %6:2 = "griffin.rg_lru_gates"(%x, %1, %2, %5, %reset) <{heads = 2 : i64}> : (tensor<1x3x4xbf16>, tensor<1x3x8xbf16>, tensor<2x4xf32>, tensor<4xf32>, tensor<1x3xi1>) -> (tensor<1x3x4xf32>, tensor<1x3x4xf32>)
  %7:2 = "nn.linear_scan"(%6#0, %6#1, %h0) <{axis = 1 : i64}> : (tensor<1x3x4xf32>, tensor<1x3x4xf32>, tensor<1x4xf32>) -> (tensor<1x3x4xf32>, tensor<1x4xf32>)
  %8 = stablehlo.convert %7#0 : (tensor<1x3x4xf32>) -> tensor<1x3x4xbf16>
  return %8, %7#1 : tensor<1x3x4xbf16>, tensor<1x4xf32>
}`),
    );
  });
});

it("fuse-rglru-gates makes one product of the precision of both", () => {
  const stated = (text: string): string =>
    text.replaceAll(
      /("nn.block_diagonal_dot"\(.*?\)) :/g,
      "$1 <{precision = #stablehlo<precision HIGHEST>}> :",
    );
  expect(run("fuse-rglru-gates", stated(before))).toBe(normal(stated(after)));
});

describe("fuse-rglru-gates leaves alone", () => {
  const withY: readonly [string, string] = [
    "%x: tensor<1x3x4xf32>,",
    "%x: tensor<1x3x4xf32>, %y: tensor<1x3x4xf32>,",
  ];

  it.each<[string, string]>([
    [
      "gates on different inputs",
      changed(withY, ['%4 = "nn.block_diagonal_dot"(%x, %gr)', '%4 = "nn.block_diagonal_dot"(%y, %gr)']),
    ],
    [
      "gates of different precision",
      changed([
        '%4 = "nn.block_diagonal_dot"(%x, %gr)',
        '%4 = "nn.block_diagonal_dot"(%x, %gr) <{precision = #stablehlo<precision HIGHEST>}>',
      ]),
    ],
    [
      "a scan over another input than the gates'",
      changed(withY, ["%14 = stablehlo.multiply %x, %i", "%14 = stablehlo.multiply %y, %i"]),
    ],
    [
      "a gate that is used elsewhere",
      changed(
        [
          "-> (tensor<1x3x4xf32>, tensor<1x4xf32>) {",
          "-> (tensor<1x3x4xf32>, tensor<1x4xf32>, tensor<1x3x4xf32>) {",
        ],
        [
          "return %h#0, %h#1 : tensor<1x3x4xf32>, tensor<1x4xf32>",
          "return %h#0, %h#1, %i : tensor<1x3x4xf32>, tensor<1x4xf32>, tensor<1x3x4xf32>",
        ],
      ),
    ],
    [
      "a decay that differs from token to token",
      changed(withY, ["%10 = stablehlo.multiply %r, %9", "%10 = stablehlo.multiply %r, %y"]),
    ],
    [
      "a decay without a parameter",
      changed(["%10 = stablehlo.multiply %r, %9", "%10 = stablehlo.multiply %r, %two"]),
    ],
    [
      "a damping of another power",
      changed([`%two = stablehlo.constant dense<2.0>`, "%two = stablehlo.constant dense<3.0>"]),
    ],
    [
      "an input damped at resets too",
      changed(["%beta = stablehlo.select %start, %one, %13", "%beta = stablehlo.select %start, %13, %13"]),
    ],
    [
      "a state kept at resets",
      changed(["%a_hat = stablehlo.select %start, %zero, %a", "%a_hat = stablehlo.select %start, %one, %a"]),
    ],
    ["a gate without sigmoid", changed([`%i = stablehlo.logistic %3`, "%i = stablehlo.tanh %3"])],
    [
      "blocks of different sizes",
      changed(
        ["%gr: tensor<2x2x2xf32>, %br", "%gr: tensor<1x4x4xf32>, %br"],
        [
          "(%x, %gr) : (tensor<1x3x4xf32>, tensor<2x2x2xf32>)",
          "(%x, %gr) : (tensor<1x3x4xf32>, tensor<1x4x4xf32>)",
        ],
      ),
    ],
  ])("%s", (_title, text) => {
    expect(run("fuse-rglru-gates", text)).toBe(normal(text));
  });
});

it("passes by an RG-LRU whose results nobody uses, which goes with what another leaves unused", () => {
  const body = before.split("\n").slice(2, -2);
  const values = body.flatMap((line) => /^ *%(\w+)/.exec(line)?.[1] ?? []);
  const second = body.map((line) =>
    values.reduce((text, name) => text.replaceAll(new RegExp(`%${name}\\b`, "g"), `%again_${name}`), line),
  );
  const both = before.replace("  return ", `${second.join("\n")}\n  return `);
  expect(both).toContain('%again_h:2 = "nn.linear_scan"');
  expect(normal(run("fuse-rglru-gates", both))).toBe(normal(after));
});
