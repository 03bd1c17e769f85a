/** @file The tensors of a training program by what they are. */
import type { Tensor } from "../dsl/index.js";

/** One f32 number. */
export type Scalar = Tensor<never, "f32">;

/** A parameter, its gradient, or what an optimiser keeps of it: f32, of the parameter's axes. */
export type ParameterTensor = Tensor<string, "f32">;

/** Tensors of parameters by their paths. */
export type ByPath = Readonly<Record<string, ParameterTensor>>;

/** The names of all axes of a tensor: what goes over all its elements. */
export const namesOf = ({ axes }: ParameterTensor): readonly string[] => axes.map(({ name }) => name);
