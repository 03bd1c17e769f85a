import { expect, test } from "vitest";
import { type GriffinConfig, griffinConfigSchema, griffinLogits } from "../../models/index.js";
import {
  axis,
  gradientsOfParameters,
  input,
  mean,
  program,
  type TracedProgram,
} from "../../src/dsl/index.js";
import { elementsFromNumbers } from "../../src/ir/elements.js";
import { interpretFunction } from "../../src/ir/interpret/index.js";
import { walk } from "../../src/ir/operation.js";
import { elementCount, tensorType } from "../../src/ir/types.js";
import { type LoweringOptions, lowerProgram } from "../../src/engine/index.js";
import { findMeaning } from "../../src/lowering/index.js";
import { expectClose } from "../lowering/ops.js";
import { numbersOf } from "../../src/testing/close.js";
import { randomFrom } from "../autodiff/vjp-of.js";
import { positionsOf } from "../engine/tiny.js";

const config: GriffinConfig = griffinConfigSchema.parse({
  vocabSize: 11,
  width: 8,
  mlpExpandedWidth: 12,
  numHeads: 2,
  lruWidth: 6,
  blockTypes: ["recurrent", "attention"],
  attentionWindowSize: 2,
  embeddingsScaleBySqrtDim: true,
  logitsSoftCap: 30,
  conv1dTemporalWidth: 4,
  ropeTheta: 10_000,
  partialRotaryFactor: 0.5,
  rmsNormEps: 1e-6,
  dtype: "f32",
  bosId: 2,
  eosIds: [1],
  padId: 0,
});

/** The mean of the squared logits, and its gradients of all parameters. */
function traced(keep: "nothing" | "products" | "everything", time = 5): TracedProgram {
  const tokenAxes = [axis("batch", 1), axis("time", time)] as const;
  return program({ name: "gradient", state: "dropped" }, () => {
    const tokens = input("tokens", [...tokenAxes], "i32");
    const position = input("segment_pos", [...tokenAxes], "i32");
    const { loss, gradients } = gradientsOfParameters(() => {
      const logits = griffinLogits(config, { dtype: "f32", tokens, position, keep });
      return { loss: mean(logits.mul(logits), ["batch", "time", "vocab"]) };
    });
    return { loss, ...gradients };
  });
}

test.each(["nothing", "products"] as const)(
  "the gradients of all parameters of a Griffin that holds %s of its blocks have the slope that differences of its loss have",
  (keep) => {
    const made = traced(keep);
    const parameters = made.arguments.filter(({ role }) => role === "parameter");
    const random = randomFrom(3);
    const weights = new Map(
      parameters.map(({ name, dimensions }) => [
        name,
        Array.from({ length: elementCount(dimensions) }, () => 0.5 * random()),
      ]),
    );
    const directions = new Map([...weights].map(([name, values]) => [name, values.map(() => random())]));
    const run = (by: number): readonly (readonly number[])[] => {
      const args = made.arguments.map(({ name, dimensions, elementType }) => {
        const type = tensorType(dimensions, elementType);
        if (name === "tokens") return elementsFromNumbers(type, [3, 4, 5, 6, 7]);
        if (name === "segment_pos") return elementsFromNumbers(type, positionsOf(3, 2));
        const along = directions.get(name)!;
        return elementsFromNumbers(
          type,
          weights.get(name)!.map((value, i) => value + by * along[i]!),
        );
      });
      return interpretFunction(made.module, "main", args, { decompositions: findMeaning }).map(numbersOf);
    };
    const [, ...gradients] = run(0);
    const slope = parameters.reduce((sum, { name }, i) => {
      const along = directions.get(name)!;
      return sum + gradients[i]!.reduce((part, value, j) => part + value * along[j]!, 0);
    }, 0);
    const step = 2e-3;
    const difference = (run(step)[0]![0]! - run(-step)[0]![0]!) / (2 * step);
    expect(Math.abs(slope - difference)).toBeLessThan(3e-3 * Math.abs(difference));
  },
);

test("the gates of its RG-LRU are fused before their gradient is taken, whose square root is bounded", () => {
  const { module } = traced("everything");
  const count = (name: string): number =>
    [...walk(module)].filter((operation) => operation.name === name).length;
  expect({ gates: count("griffin.rg_lru_gates"), scans: count("nn.linear_scan") }).toEqual({
    gates: 1,
    // The one that was fused, which nothing uses, its fused form, and that form's gradient.
    scans: 3,
  });
});

test("a gradient whose rows are strided from the embedding to its gradient is that of rows in order", () => {
  const made = traced("nothing", 16);
  const random = randomFrom(5);
  const args = made.arguments.map(({ name, dimensions, elementType }) => {
    const type = tensorType(dimensions, elementType);
    if (name === "tokens")
      return elementsFromNumbers(
        type,
        Array.from({ length: 16 }, (_, i) => 2 + (i % 7)),
      );
    if (name === "segment_pos") return elementsFromNumbers(type, positionsOf(11, 5));
    return elementsFromNumbers(
      type,
      Array.from({ length: elementCount(dimensions) }, () => 0.5 * random()),
    );
  });
  /** By argument name, so that a program whose arguments are in another order would fail. */
  const run = (options: LoweringOptions): ReadonlyMap<string, readonly number[]> => {
    const lowered = lowerProgram(made, options);
    const results = interpretFunction(lowered.module, "main", args);
    return new Map(lowered.results.map(({ name }, i) => [name, numbersOf(results[i]!)]));
  };
  const [expected, strided] = [run({ target: "cpu" }), run({ target: "tpu:v5e:2x2", strideTime: 4 })];
  expect([...strided.keys()]).toEqual([...expected.keys()]);
  for (const [name, numbers] of expected) expectClose(strided.get(name)!, numbers, name, "f32", 2e-5);

  const counts = new Map<string, number>();
  lowerProgram(made, { target: "tpu:v5e:2x2", strideTime: 4 }, ({ name, module }) => {
    if (name !== "strided-time") return;
    for (const operation of walk(module)) counts.set(operation.name, (counts.get(operation.name) ?? 0) + 1);
  });
  // Positions on their way in, and what attention and its gradient mix: no others.
  expect({ strided: counts.get("nn.to_strided"), ordered: counts.get("nn.to_ordered") }).toEqual({
    strided: 8,
    ordered: 4,
  });
});
