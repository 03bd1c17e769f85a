/** @file What an optimiser is: a pure function from a parameter and its gradient to the next parameter, and what it keeps between steps. */
import type { Axis } from "../dsl/index.js";
import type { Schedule } from "./schedule.js";
import type { ByPath, ParameterTensor, Scalar } from "./tensors.js";

/** One parameter at one step. */
export interface ParameterStep {
  /** The f32 master. */
  readonly parameter: ParameterTensor;
  readonly gradient: ParameterTensor;
  /** What the optimiser keeps of the parameter, by the names of its slots; zeros at first. */
  readonly slots: ByPath;
  readonly learningRate: Scalar;
  /** Updates made with this one: 1 at the first. */
  readonly count: Scalar;
  /** Whether weight decay acts on the parameter; the model says so. */
  readonly decays: boolean;
  /**
   * Says what a slot holds next, and gives that back. A step that uses what it is given, and no longer what the slot held, needs no copy of
   * it: the new one lies in its memory.
   */
  keep(slot: string, next: ParameterTensor): ParameterTensor;
}

/** How parameters follow their gradients. */
export interface Optimizer {
  readonly name: string;
  readonly learningRate: Schedule;
  /** The tensors kept of a parameter of these axes, by name: the axes of each, which is f32 and holds zeros at first. */
  slots(axes: readonly Axis[]): Readonly<Record<string, readonly Axis[]>>;
  /** Traces one step of one parameter, in which every slot is kept; the next parameter. */
  update(step: ParameterStep): ParameterTensor;
}
