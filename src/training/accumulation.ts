/**
 * @file Gradient accumulation: a batch that does not fit, in parts. One program adds a part's gradients to what is held, in the same memory; another
 * updates the parameters by their sum.
 */
import {
  type Axis,
  axis,
  fill,
  parameter,
  program,
  state,
  type Tensor,
  type TracedProgram,
} from "../dsl/index.js";
import type { ConfiguredModel, Parameter } from "../model/index.js";
import { lossAndGradients, type LossOptions, noneTrained } from "./loss.js";
import { type TrainStepOptions, updatedBy } from "./train-step.js";

/** Names of the states that hold the sums over parts: of losses, of the positions that count, and of each parameter's gradients, all f32. */
const sums = {
  loss: "accumulated.loss",
  counted: "accumulated.counted",
  gradient: (path: string): string => `accumulated.gradient.${path}`,
} as const;

/** Adds a part to what a state holds. */
function add<A extends string>(name: string, part: Tensor<A, "f32">): void {
  const { value, update } = state(name, part.axes, "f32");
  update(value.add(part));
}

/**
 * Traces what is done with each part: the sums of its losses and of their gradients are added to the states `accumulated.*`, which are donated.
 * Inputs: `batchInputs`; parameters stay as they are; no results. Losses are not divided yet, so parts may count different numbers of positions.
 * @throws TrainingError as trainStep
 */
export function accumulationStep(model: ConfiguredModel, options: LossOptions): TracedProgram {
  return program({ name: `${model.name}_accumulate`, parameterType: options.stored ?? "f32" }, () => {
    const { loss, counted, gradients } = lossAndGradients(model, options, "sum");
    add(sums.loss, loss);
    add(sums.counted, counted);
    for (const [path, gradient] of Object.entries(gradients)) add(sums.gradient(path), gradient);
    return {};
  });
}

const anyAxes = ({ shape }: Parameter) => shape.map((size, i) => axis(`axis${i}`, size));

/** What a state holds, which is zeros after the program. */
function taken<A extends string>(name: string, axes: readonly Axis<A>[]): Tensor<A, "f32"> {
  const { value, update } = state(name, axes, "f32");
  update(fill(0, axes, "f32"));
  return value;
}

/**
 * Traces the update by what `accumulationStep` has summed: what `trainStep` does with all parts as one batch. States and results are `trainStep`'s; the
 * states `accumulated.*` are zeros after it.
 * @throws TrainingError as trainStep
 */
export function updateStep(model: ConfiguredModel, options: TrainStepOptions): TracedProgram {
  const { stored = "f32", trains = () => true } = options;
  return program({ name: `${model.name}_update`, parameterType: stored }, () => {
    const [total, counted] = [taken<never>(sums.loss, []), taken<never>(sums.counted, [])];
    const trained = model.parameters.filter(({ path }) => trains(path));
    if (trained.length === 0) throw noneTrained(model);
    const gradients = trained.map((each) => {
      const { axes } = parameter(each.path, anyAxes(each), stored);
      return [each.path, taken(sums.gradient(each.path), axes).div(counted)] as const;
    });
    return updatedBy(model, options, { loss: total.div(counted), gradients: Object.fromEntries(gradients) });
  });
}
