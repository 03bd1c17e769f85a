/** @file Functions whose gradient their author writes. */
import { setCustomGradient, zerosLike } from "../autodiff/index.js";
import { definingOp } from "../ir/operation.js";
import type { OperationOf } from "../ir/ops/index.js";
import { ownValue } from "../support/own-value.js";
import { ShapeError } from "./errors.js";
import { fn } from "./functions.js";
import { differentiableOf, functionsHere, type GradientsOf } from "./gradient.js";
import { type AnyTensor, checkFunction, checkTensors, inAxesOf, like, tensorsOf } from "./records.js";
import { currentTrace, type TensorData } from "./trace.js";

/** A gradient with its axes in the order of the argument it is for. @throws ShapeError unless it is like that */
function gradientOf(
  name: string,
  argument: string,
  wanted: AnyTensor | undefined,
  got: AnyTensor,
): TensorData {
  const fitting = wanted === undefined ? undefined : inAxesOf(wanted, got);
  if (fitting !== undefined) return fitting;
  throw new ShapeError({
    message: `customVjp "${name}": the gradient of "${argument}" is unlike the argument`,
    expected: wanted?.toString() ?? "nothing: it has no gradient",
    got: got.toString(),
  });
}

/**
 * A function of the module, as `fn` makes it, with a gradient of its own: `gradient` gets the arguments, the results and the cotangents
 * of the results that hold floats, and gives what the arguments get; one that it leaves out gets zero.
 */
export function customVjp<X extends object, Y extends object>(
  name: string,
  body: (args: X) => Y,
  gradient: (args: X, results: Y, cotangents: GradientsOf<Y>) => Partial<GradientsOf<X>>,
): (args: X) => Y {
  checkFunction("customVjp", "the gradient", gradient, "(arguments, results, cotangents) => ({ x: ... })");
  const call = fn(name, body);
  return (args) => {
    const results = call(args);
    const trace = currentTrace();
    const { callee } = (definingOp(tensorsOf(results)[0]!.value) as OperationOf<"func.call">).attributes;
    setCustomGradient(functionsHere().find(callee), (e, operation, given) => {
      const traced = trace.inBuilder(e.builder, () => {
        const [own, made] = [like(args, operation.operands) as X, like(results, operation.results) as Y];
        const values = operation.results.map((result, i) => given[i] ?? zerosLike(e, result));
        const cotangents = differentiableOf(like(results, values)) as unknown as GradientsOf<Y>;
        const gradients: object = gradient(own, made, cotangents);
        checkTensors(`customVjp "${name}": the gradients`, gradients);
        const wanted = differentiableOf(args);
        const fitting = Object.entries(gradients).map(([argument, tensor]) => [
          argument,
          gradientOf(name, argument, wanted[argument], tensor as AnyTensor),
        ]);
        return Object.fromEntries(fitting) as Readonly<Record<string, TensorData>>;
      });
      return Object.keys(args).map((argument) => ownValue(traced, argument)?.value);
    });
    return results;
  };
}
