/** @file Low-rank adaptation (arXiv 2106.09685): small matrices are trained, whose products are added to weights that stay as they are. */
import {
  adaptParameters,
  axis,
  dot,
  type FloatDType,
  parameter,
  program,
  type Tensor,
  type TracedProgram,
} from "../dsl/index.js";
import type { ConfiguredModel, Parameter } from "../model/index.js";
import { checkCount, checkPositive, TrainingError } from "./errors.js";
import { trainingOf } from "./loss.js";
import { type OptionNames, checkOptions } from "../support/options.js";

export interface LoraOptions {
  /** Columns of one of the two matrices, rows of the other. */
  readonly rank: number;
  /** The product counts alpha / rank times. Default: the rank, so once. */
  readonly alpha?: number | undefined;
  /** Which parameters are adapted. Default: matrices that weight decay acts on, that checkpoints hold as such, and that the model lets be adapted. */
  readonly adapts?: ((parameter: Parameter) => boolean) | undefined;
}

export const LORA_OPTIONS: OptionNames<LoraOptions> = {
  rank: true,
  alpha: true,
  adapts: true,
};

/** A matrix that is trained. */
export interface Adapter extends Parameter {
  /** The parameter that it adapts. */
  readonly of: Parameter;
  /** `lora_a` [rank, in] goes first, small numbers at the start; `lora_b` [out, rank] follows, zeros, so that nothing is changed at first. */
  readonly part: "lora_a" | "lora_b";
}

/** A model with adapters. */
export interface LoraModel {
  /** As the model, with the adapted weights in the place of its own wherever it is trained. */
  readonly model: ConfiguredModel;
  readonly adapters: readonly Adapter[];
  /** What the product of a pair is multiplied by. */
  readonly scale: number;
}

/** Whether a parameter is a matrix in checkpoints too, and decays, and the model says nothing else: no norm, no convolution. */
function adaptsByDefault(model: ConfiguredModel): (parameter: Parameter) => boolean {
  const { decays, adapts = () => true } = trainingOf(model);
  return (one) =>
    one.shape.length === 2 && model.names.nameOf(one).shape.length === 2 && decays(one) && adapts(one);
}

/**
 * Adds adapters to a model: W becomes W + alpha / rank B A. @throws TrainingError for a rank that is none, a model without anything to
 * adapt, or a parameter that is no matrix
 */
export function withLora(model: ConfiguredModel, options: LoraOptions): LoraModel {
  checkOptions("withLora", options, LORA_OPTIONS);
  const { rank, alpha = rank, adapts = adaptsByDefault(model) } = options;
  checkCount("LoRA: rank", rank);
  checkPositive("LoRA: alpha", alpha);
  const training = trainingOf(model);
  const adapted = new Map(model.parameters.filter(adapts).map((one) => [one.path, one]));
  if (adapted.size === 0) {
    const message = `no parameter of model ${model.name} is adapted`;
    throw new TrainingError({ message, expected: "one or more matrices", got: "none of them chosen" });
  }
  const scale = alpha / rank;
  const inside = <T>(body: () => T): T =>
    adaptParameters(
      ({ path, name, weight }) => (adapted.has(path) ? adaptedWeight(weight, { name, rank, scale }) : weight),
      body,
    );
  return {
    scale,
    adapters: [...adapted.values()].flatMap((of) => adaptersOf(of, rank)),
    model: {
      ...model,
      // A getter of the model's, which a spread would call now.
      parameters: model.parameters,
      training: {
        ...training,
        forward: (inputs) => {
          const { hidden, head, logits } = inside(() => training.forward(inputs));
          return { hidden, head, logits: (some, rows) => inside(() => logits(some, rows)) };
        },
      },
    },
  };
}

function adaptersOf(of: Parameter, rank: number): readonly Adapter[] {
  const [rows, columns] = matrixOf(of);
  return [
    { path: `${of.path}.lora_a`, shape: [rank, columns], of, part: "lora_a" },
    { path: `${of.path}.lora_b`, shape: [rows, rank], of, part: "lora_b" },
  ];
}

function matrixOf({ path, shape }: Parameter): readonly [number, number] {
  if (shape.length === 2) return shape as unknown as readonly [number, number];
  throw new TrainingError({
    message: `LoRA: parameter ${path} is no matrix`,
    expected: "[out, in]",
    got: `[${shape.join(", ")}]`,
  });
}

/** W + scale B A, of the axes of W. */
function adaptedWeight<A extends string, D extends FloatDType>(
  weight: Tensor<A, D>,
  { name, rank, scale }: { readonly name: string; readonly rank: number; readonly scale: number },
): Tensor<A, D> {
  const [rows, columns] = weight.axes;
  // No name that either axis may have, whatever the author calls them: Mamba's step sizes have a rank of their own.
  const inner = axis(`${rows!.name}_${columns!.name}_rank`, rank);
  const a = parameter(`${name}.lora_a`, [inner, columns!], weight.dtype);
  const b = parameter(`${name}.lora_b`, [rows!, inner], weight.dtype);
  const product = dot(b, a, inner.name) as unknown as Tensor<A, D>;
  return weight.add(product.mul(scale) as Tensor<A, D>) as Tensor<A, D>;
}

/**
 * Traces a program that gives every adapted weight, by its path, as the model computes with it: what is stored of a model whose adapters are
 * merged. Parameters: the adapted ones and their adapters, f32.
 */
export function mergedWeights({ model, adapters, scale }: LoraModel): TracedProgram {
  return program({ name: `${model.name}_merge`, parameterType: "f32" }, () => {
    const pairs = adapters.filter(({ part }) => part === "lora_a");
    const merged = pairs.map(({ of: { path, shape }, shape: [rank] }) => {
      const [rows, columns] = shape;
      const weight = parameter(path, [axis("out", rows!), axis("in", columns!)], "f32");
      return [path, adaptedWeight(weight, { name: path, rank: rank!, scale })] as const;
    });
    return Object.fromEntries(merged);
  });
}
