/** @file trainStep: one program that takes parameters, an optimiser's state and a batch, and leaves the next ones in their memory. */
import {
  parameter,
  program,
  select,
  state,
  type Tensor,
  type TracedProgram,
  updateParameters,
} from "../dsl/index.js";
import type { ConfiguredModel } from "../model/index.js";
import { clipByGlobalNorm, globalNorm } from "./global-norm.js";
import { lossAndGradients, type LossOptions, trainingOf } from "./loss.js";
import type { Optimizer } from "./optimizer.js";
import type { ByPath, ParameterTensor, Scalar } from "./tensors.js";

export interface TrainStepOptions extends LossOptions {
  readonly optimizer: Optimizer;
  /** Gradients whose global norm is above are scaled down to it. Default: they stay as they are. */
  readonly clipNorm?: number | undefined;
}

/** Names of the results of training programs: each one f32 number. */
export const stepOutputs = { loss: "loss", gradientNorm: "gradient_norm" } as const;

/** The state that counts the updates made. */
const COUNT = "optimizer.count";

/** The state that holds a slot of a parameter. */
const slotName = (slot: string, path: string): string => `optimizer.${slot}.${path}`;

/** The f32 master of a parameter that the program has met. */
const masterOf = (path: string, { axes }: ParameterTensor): ParameterTensor => parameter(path, axes, "f32");

/** How the parameters of one program are updated. */
class Update {
  readonly #count = state(COUNT, [], "i32");

  /** @param holds whether the update counts; where it does not, everything stays as it is */
  constructor(
    private readonly optimizer: Optimizer,
    private readonly decays: (path: string, tensor: ParameterTensor) => boolean,
    private readonly holds: Tensor<never, "i1">,
  ) {}

  apply(gradients: ByPath): void {
    const before = this.#count.value;
    const learningRate = this.optimizer.learningRate(before.to("f32"));
    const count = before.add(1);
    const next = Object.entries(gradients).map(([path, gradient]) => [
      path,
      this.#one(path, gradient, learningRate, count.to("f32")),
    ]);
    updateParameters(Object.fromEntries(next));
    this.#count.update(select(this.holds, count, before));
  }

  #one(path: string, gradient: ParameterTensor, learningRate: Scalar, count: Scalar): ParameterTensor {
    const master = masterOf(path, gradient);
    const held = this.optimizer.slots.map(
      (slot) => [slot, state(slotName(slot, path), master.axes, "f32")] as const,
    );
    const { parameter: next, slots } = this.optimizer.update({
      parameter: master,
      gradient,
      slots: Object.fromEntries(held.map(([slot, { value }]) => [slot, value])),
      learningRate,
      count,
      decays: this.decays(path, master),
    });
    for (const [slot, { value, update }] of held) update(select(this.holds, slots[slot]!, value));
    return select(this.holds, next, master);
  }
}

/**
 * Traces one step of training. Inputs: `batchInputs`. States, all f32 and donated, zeros at first but for the parameters: every parameter
 * that is trained, by its path; `optimizer.SLOT.PATH` for what the optimiser keeps of it; `optimizer.count` i32, the updates made. Results:
 * `stepOutputs`, before the update; the norm is that of the gradients as they are, before they are clipped. A step whose gradients are not
 * finite, or whose norm is not, changes nothing: what the loss shows to be lost is then not lost.
 * @throws TrainingError for a model that says nothing of training, or settings that are none
 */
export function trainStep(model: ConfiguredModel, options: TrainStepOptions): TracedProgram {
  const training = trainingOf(model);
  const { optimizer, clipNorm } = options;
  return program({ name: `${model.name}_train`, parameterType: "f32" }, () => {
    const { loss, gradients } = lossAndGradients(model, options);
    const norm = globalNorm(gradients);
    const used = clipNorm === undefined ? gradients : clipByGlobalNorm(gradients, norm, clipNorm);
    const decays = (path: string, { axes }: ParameterTensor): boolean =>
      training.decays({ path, shape: axes.map(({ size }) => size) });
    new Update(optimizer, decays, norm.lt(Number.POSITIVE_INFINITY)).apply(used);
    return { [stepOutputs.loss]: loss, [stepOutputs.gradientNorm]: norm };
  });
}

/**
 * Traces the loss of a batch and its gradients, for those who look at them. Inputs: `batchInputs`; parameters are f32. Results: `stepOutputs`,
 * and the gradient of each parameter that is trained, by its path.
 * @throws TrainingError as trainStep
 */
export function gradientProgram(model: ConfiguredModel, options: LossOptions): TracedProgram {
  return program({ name: `${model.name}_gradient`, parameterType: "f32" }, () => {
    const { loss, gradients } = lossAndGradients(model, options);
    const norm = globalNorm(gradients);
    return { [stepOutputs.loss]: loss, [stepOutputs.gradientNorm]: norm, ...gradients };
  });
}
