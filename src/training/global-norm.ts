/** @file The length of all gradients together, and how it is bounded. */
import { fill, select, sqrt, sum } from "../dsl/index.js";
import { checkPositive } from "./errors.js";
import { type ByPath, namesOf, type Scalar } from "./tensors.js";

/** The 2-norm of all tensors as one vector, f32. Infinite where a square is: above 1.8e19. */
export function globalNorm(tensors: ByPath): Scalar {
  const squares = Object.values(tensors).map(
    (tensor): Scalar => sum(tensor.mul(tensor), namesOf(tensor)) as unknown as Scalar,
  );
  return sqrt(squares.reduce((a, b) => a.add(b), fill(0, [], "f32")));
}

/** Tensors of a norm, scaled down to `most` where it is above. @throws TrainingError for a bound that is not above 0 */
export function clipByGlobalNorm(tensors: ByPath, norm: Scalar, most: number): ByPath {
  checkPositive("clipByGlobalNorm", most);
  const scale = select(norm.gt(most), fill(most, [], "f32").div(norm), 1);
  return Object.fromEntries(Object.entries(tensors).map(([path, tensor]) => [path, tensor.mul(scale)]));
}
