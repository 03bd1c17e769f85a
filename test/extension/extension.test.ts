/** The package as its author tests it: by exported names alone. */
import { compile, loweringPipeline, lowerProgram, stablehloText } from "stablegriffin";
import { axis, grad, input, linearScan, op, program, sum } from "stablegriffin/dsl";
import * as ir from "stablegriffin/ir";
import { parsePipeline, runPipeline } from "stablegriffin/passes";
import { passesWith } from "stablegriffin/targets";
import { testModel, testPass, testStrategy } from "stablegriffin/testing";
import { describe, expect, it } from "vitest";
import { signal, softClip } from "./dialect.js";
import { signalKit } from "./index.js";
import { drift } from "./model.js";
import { lowerNegations } from "./pass.js";
import { byDoubling, byLogistic } from "./strategies.js";

const extensions = [signalKit];
const four = axis("i", 4);
const clipped = program({ name: "clipped" }, () => {
  const x = input("x", [four], "f32");
  return { y: op(softClip, [x.mul(-1)], { limit: 2 }, { result: { axes: ["i"], dtype: "f32" } }) };
});
const scanned = program({ name: "scanned" }, () => {
  const axes = [axis("batch", 2), axis("time", 9)] as const;
  const [x, a] = [input("x", axes, "f32"), input("a", axes, "f32")];
  return linearScan({ x, a, h0: input("h0", [axes[0]], "f32"), axis: "time" });
});

describe("an op of the package", () => {
  it("is read, checked, written and interpreted", () => {
    const text = `module {
  func.func @main(%arg0: tensor<4xf32>) -> tensor<4xf32> {
    ${softClip.example}
    return %0 : tensor<4xf32>
  }
}
`;
    const module = ir.parseModule(text, { dialects: [signal] });
    ir.verifyModule(module);
    expect(ir.printModule(module)).toBe(text);
    const wrong = ir.parseModule(text.replace("to 3", "to 0"), { dialects: [signal] });
    expect(() => ir.verifyModule(wrong)).toThrow("limit must be positive, got 0 [soft_clip_limit]");
    const x = ir.elementsFromNumbers(ir.tensorType([4], "f32"), [0, 3, -300, 0.5]);
    const [y] = ir.interpretFunction(module, "main", [x]);
    const numbers = [0, 1, 2, 3].map((i) => ir.numberAt(y!, i));
    const expected = [0, 3 * Math.tanh(1), -3, 3 * Math.tanh(0.5 / 3)];
    numbers.forEach((number, i) => {
      expect(number).toBeCloseTo(expected[i]!, 6);
    });
  });

  it("has the gradient that the package says", async () => {
    const slopes = program({ name: "slopes" }, () => {
      const clip = ({ x }: { x: typeof given }) =>
        sum(op(softClip, [x], { limit: 2 }, { result: { axes: ["i"], dtype: "f32" } }), "i");
      const given = input("x", [four], "f32");
      return grad(clip)({ x: given });
    });
    await using f = await compile(slopes, { on: "interpreter" });
    const { x } = await f({ x: [0, 1, -2, 9] });
    [0, 1, -2, 9].forEach((at, i) => {
      expect(Number(x.data[i])).toBeCloseTo(1 - Math.tanh(at / 2) ** 2, 5);
    });
  });

  it("is lowered by what it means, or by the strategy that a target prefers, an own target too", () => {
    const lower = (target: string) => stablehloText(lowerProgram(clipped, { target, extensions }));
    expect(lower("cpu")).toContain("stablehlo.tanh");
    for (const target of ["gpu", "abacus"]) expect(lower(target)).toContain("stablehlo.logistic");
    expect(stablehloText(lowerProgram(clipped, { target: "gpu" }))).toContain("stablehlo.tanh");
  });
});

describe("a pass of the package", () => {
  it("becomes what its example says, and keeps what programs mean", () => {
    testPass(lowerNegations, {
      dialects: [signal],
      programs: [
        `func.func @main(%arg0: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = stablehlo.negate %arg0 : tensor<2x3xf32>
  %1 = signal.soft_clip %0 to 2 : tensor<2x3xf32>
  %2 = stablehlo.add %0, %1 : tensor<2x3xf32>
  return %2 : tensor<2x3xf32>
}`,
      ],
    });
  });

  it("runs by name, and in the pipelines of targets at its stage", () => {
    const module = ir.parseModule(lowerNegations.example.before, { dialects: [signal] });
    runPipeline(module, parsePipeline("lower-negations{most=1},dce", passesWith(extensions)));
    expect(ir.printModule(module)).toContain("%0 = signal.soft_clip %arg0 to 3");
    const names = loweringPipeline({ target: "abacus", extensions }).map(({ name }) => name);
    expect(names.slice(0, 2)).toEqual(["lower-negations", "decompose-added"]);
    expect(() => parsePipeline("lower-negation", passesWith(extensions))).toThrow(
      "did you mean lower-negations?",
    );
    expect(() => parsePipeline("lower-negations", passesWith([]))).toThrow('unknown pass "lower-negations"');
  });
});

describe("a strategy of the package", () => {
  it("gives what its op means, on any shape", () => {
    testStrategy(byLogistic, {
      runs: 5,
      uses: (size) => ({
        operands: [{ shape: [size(3), size(5)], low: -9, high: 9 }],
        attributes: { limit: size(6) },
      }),
    });
    testStrategy(byDoubling, {
      runs: 8,
      uses(size) {
        const [shape, element] = [[size(2), size(9), size(3)], size(2) === 1 ? "f32" : "bf16"] as const;
        return {
          operands: [
            { shape, element },
            { shape, element, low: 0 },
            { shape: [shape[0]!, shape[2]!], low: -2, high: 2 },
          ],
          attributes: { axis: 1 },
        };
      },
    });
  });

  it("is asked for by its name", () => {
    const text = stablehloText(lowerProgram(scanned, { scan: "doubling", extensions }));
    expect(text).not.toContain("stablehlo.while");
    expect(() => lowerProgram(scanned, { scan: "doubling" })).toThrow(
      'nn.linear_scan and nn.selective_scan have no strategy "doubling"',
    );
  });
});

describe("a model of the package", () => {
  it("has programs that agree with each other", async () => {
    await testModel(drift, { time: 9 });
  });
});
