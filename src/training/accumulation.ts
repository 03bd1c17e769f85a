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
import type { ConfiguredModel } from "../model/index.js";
import { lossAndGradients, type LossOptions, LOSS_OPTIONS } from "./loss.js";
import { checkUpdate, type UpdateOptions, updatedBy, UPDATE_OPTIONS } from "./train-step.js";
import { checkOptions } from "../support/options.js";

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
  checkOptions("accumulationStep", options, LOSS_OPTIONS);
  return program({ name: `${model.name}_accumulate`, parameterType: options.stored ?? "f32" }, () => {
    const { loss, counted, gradients } = lossAndGradients(model, options, "sum");
    add(sums.loss, loss);
    add(sums.counted, counted);
    for (const [path, gradient] of Object.entries(gradients)) add(sums.gradient(path), gradient);
    return {};
  });
}

/** What a state holds, which is zeros after the program. */
function taken<A extends string>(name: string, axes: readonly Axis<A>[]): Tensor<A, "f32"> {
  const { value, update } = state(name, axes, "f32");
  update(fill(0, axes, "f32"));
  return value;
}

/** Where the gradients of parameters are summed: the paths of the parameters, and their axes. */
const summedIn = ({ arguments: all }: TracedProgram) =>
  all.flatMap(({ role, name, axes, dimensions }) => {
    if (role !== "state" || !name.startsWith(sums.gradient(""))) return [];
    const path = name.slice(sums.gradient("").length);
    return [{ path, axes: axes.map((axisName, i) => axis(axisName, dimensions[i]!)) }];
  });

/**
 * Traces the update by what `accumulationStep` has summed: what `trainStep` does with all parts as one batch. States and results are `trainStep`'s; the
 * states `accumulated.*` are zeros after it.
 * @param accumulation the program that sums
 * @throws TrainingError as trainStep
 */
export function updateStep(
  model: ConfiguredModel,
  options: UpdateOptions,
  accumulation: TracedProgram,
): TracedProgram {
  checkOptions("updateStep", options, UPDATE_OPTIONS);
  checkUpdate("updateStep", options);
  const { stored = "f32" } = options;
  return program({ name: `${model.name}_update`, parameterType: stored }, () => {
    const [total, counted] = [taken<never>(sums.loss, []), taken<never>(sums.counted, [])];
    const gradients = summedIn(accumulation).map(({ path, axes }) => {
      parameter(path, axes, stored);
      return [path, taken(sums.gradient(path), axes).div(counted)] as const;
    });
    return updatedBy(model, options, { loss: total.div(counted), gradients: Object.fromEntries(gradients) });
  });
}
